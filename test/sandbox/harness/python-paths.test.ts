import { execFile, spawnSync } from 'node:child_process'
import { mkdir, realpath, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { scratch } from '../../io/checks/target.ts'

const HARNESS = join(import.meta.dirname, '..', '..', '..', 'sandbox', 'harness', 'pytest')
const PYTHON = spawnSync('python3', ['--version']).status === 0

const SCRIPT = `
import json, os, sys
harness, root, outside = sys.argv[1:]
sys.path[:] = [harness, root, root + "/../lib/src", outside, *sys.path[1:]]
sys.prefix = root + "/env"
from specproof_harness.paths import Hidden, Places
places = Places(root)
own = [root + "/../lib/src/a.py", root + "/envelope/a.py", root + "/src/site-packages/a.py", root + "/venv/a.py",
    os.path.dirname(root) + "/link/a.py", outside + "er/a.py", "a.py"]
installed = [root + "/env/lib/a.py", outside + "/a.py", harness + "/specproof_harness/plugin.py"]
kinds = {kind: [name for name in names if places.kind(name) != kind] for kind, names in
    {"own": own, "installed": installed, "library": [os.__file__, "<string>"]}.items()}
hidden = Hidden(places, harness)
before = [path for path in sys.path if path.startswith(os.path.dirname(os.path.dirname(root)))]
hidden.show(root, False)
print(json.dumps([kinds, before, sys.path[-3:]]))
`

it.skipIf(!PYTHON)('tells what is installed by where it lies, and hides the rest until it is asked for', async () => {
  const folder = await realpath(await scratch())
  const [root, outside] = [join(folder, 'all', 'app'), join(folder, 'outside')]
  for (const path of [join(root, 'src'), join(root, 'env'), join(folder, 'all', '.git'), outside])
    await mkdir(path, { recursive: true })
  await symlink(root, join(folder, 'all', 'link'))
  const { stdout } = await promisify(execFile)('python3', ['-B', '-c', SCRIPT, HARNESS, root, outside], { cwd: root })
  expect(JSON.parse(stdout)).toEqual([
    { own: [], installed: [], library: [] },
    [outside],
    [root, join(root, 'src'), `${root}/../lib/src`],
  ])
})
