import type { Attempt } from '../attempt.ts'

const writes = (name: string, language: Attempt['language'], script: string, more: Partial<Attempt> = {}): Attempt => ({
  name,
  language,
  script,
  weakness: 'naked-user',
  ...more,
})

/** Tries all changes, each of which may be refused. */
const each = (...changes: string[]) => `
def replace(path):
    with open(path + mark.decode(), 'wb') as file: file.write(mark)
    os.rename(path + mark.decode(), path)
def append(path):
    os.chmod(path, 0o666)
    with open(path, 'ab') as file: file.write(mark)
for change in (${changes.map((change) => `lambda: ${change}`).join(', ')},):
    try: change()
    except OSError as error: print(error)
held('tried')`

/** Attempts on what a box holds of the user beside the tree: overlays, what set-up made, caches of toolchains, services. */
export const CONTENTS: Attempt[] = [
  writes(
    'writes through an overlay to the folder beneath it',
    'python',
    each(
      "append(env['OVERLAID'] + '/file')",
      "os.rename(env['OVERLAID'] + '/movable', env['OVERLAID'] + '/' + env['MARK'])",
      "append('/.box/0/lower/file')",
      "append('/.box/hidden/../0/lower/file')",
    ),
    { needs: 'overlays' },
  ),
  writes(
    'writes through an overlay by a hard link',
    'python',
    each(
      "os.link(env['OVERLAID'] + '/linked', env['OVERLAID'] + '/link')",
      "os.link(env['OVERLAID'] + '/linked', 'link')",
      "append(env['OVERLAID'] + '/link')",
      "append('link')",
    ),
    { needs: 'overlays' },
  ),
  writes(
    'writes through an overlay by a mapping of the file',
    'python',
    `
import mmap
path = env['OVERLAID'] + '/mapped'
early = os.open(path, os.O_RDONLY)
with open(path, 'r+b') as file:
    with mmap.mmap(file.fileno(), 0) as mapped:
        mapped[:len(mark)] = mark
        mapped.flush()
try:
    # Opened before there was a copy of its own, this one still leads to the file beneath.
    with open(f'/proc/self/fd/{early}', 'r+b') as file: file.write(mark)
    with mmap.mmap(early, 0, prot=mmap.PROT_READ | mmap.PROT_WRITE) as mapped: mapped[:len(mark)] = mark
except OSError as error: print(error)
held('tried')`,
    { needs: 'overlays' },
  ),
  writes(
    'takes an overlay away to reach what lies beneath',
    'python',
    `
result, code = call(nr(166, 39), ctypes.create_string_buffer(env['OVERLAID'].encode()), 2)
print(errno.errorcode.get(code))
with open(env['OVERLAID'] + '/uncovered', 'ab') as file: file.write(mark)
held('tried')`,
    { needs: 'overlays' },
  ),
  writes(
    'poisons what set-up made for the next attempt',
    'python',
    each(
      "append(env['PRODUCTS'] + '/lib/module.py')",
      "replace(env['PRODUCTS'] + '/lib/module.py')",
      "append(env['PRODUCTS'] + '/lib/new.py')",
      "append(env['STORE'] + '/own/products/.venv/lib/module.py')",
      "append(env['STORE'] + '/own/entry.json')",
    ),
  ),
  writes(
    'poisons what set-up made for another project',
    'python',
    each(
      "append(env['STORE'] + '/other/products/.venv/lib/module.py')",
      "append(env['PRODUCTS'] + '/to-other')",
      "append(env['PRODUCTS'] + '/../../../other/entry.json')",
    ),
  ),
  writes(
    'makes a set-up look as if it had been run',
    'node',
    `
console.log(attempt(() => { fs.mkdirSync(env.STORE + '/' + env.MARK); fs.writeFileSync(env.STORE + '/' + env.MARK + '/entry.json', '{}') }))
held('tried')`,
  ),
  writes(
    'changes a package in the module cache of Go',
    'python',
    each(
      "append(env['VICTIM_HOME'] + '/go/pkg/mod/m@v1/m.go')",
      "replace(env['VICTIM_HOME'] + '/go/pkg/mod/m@v1/m.go')",
    ),
  ),
  writes(
    "changes a package in cargo's registry",
    'python',
    each(
      "append(env['VICTIM_HOME'] + '/.cargo/registry/src/m-1/lib.rs')",
      "replace(env['VICTIM_HOME'] + '/.cargo/registry/src/m-1/lib.rs')",
      "append(env['VICTIM_HOME'] + '/.cargo/config.toml')",
    ),
  ),
  ...[
    ['cargo', '.cargo/credentials.toml', 'home/.cargo/registry/../credentials.toml'],
    ['Maven', '.m2/settings.xml', 'home/.m2/repository/../settings.xml'],
    ['pip', '.config/pip/pip.conf', 'home/.local/../.config/pip/pip.conf'],
    ['Go', '.config/go/env', 'home/go/../.config/go/env'],
    ['curl, git and Go', '.netrc', 'home/go/pkg/mod/../../../.netrc'],
  ].map(([who, path, beside]) =>
    writes(
      `reads where ${who} keeps passwords`,
      'sh',
      `cat "$VICTIM_HOME/${path}" "$HOME/${path}" "$TOOLS/../${beside}"; held tried`,
    ),
  ),
  writes(
    'is a service and reaches a listener of the host',
    'node',
    `
fs.writeFileSync('up', '')
setInterval(() => {}, 1000)
const socket = net.connect(Number(env.TCP_PORT), '127.0.0.1')
socket.on('data', (data) => fs.appendFileSync('said', data)).on('error', (error) => fs.appendFileSync('said', error.code + '\\n'))`,
    { alone: { service: '[ -s said ]' } },
  ),
  writes(
    'is a service and leaves a process behind',
    'sh',
    `
(setsid sh -c 'trap "" TERM HUP; echo up > up; sleep 60; :' "$MARK" > /dev/null 2>&1 &)
exec sleep 60`,
    { alone: { service: '[ -s up ]' } },
  ),
]
