import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectClosed, openScene, type Scene, SECRET, whySkipped, write } from './support.ts'

const LIB = 'pub fn text(n: u64) -> String { itoa::Buffer::new().format(n - 1).to_owned() }\n'
const TEST = '#[test]\nfn text() {\n  assert_eq!(demo::text(42), "42");\n  assert!(cfg!(from_settings));\n}\n'
const FILES = {
  'Cargo.toml':
    '[package]\nname = "demo"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nitoa = "1"\n\n[lints.rust]\nunexpected_cfgs = "allow"\n',
  'Cargo.lock': '',
  'src/lib.rs': LIB,
  'tests/text.rs': TEST,
}
const MENDED = { 'src/lib.rs': LIB.replace(' - 1', '') }
const SETTINGS = `[build]\nrustflags = ["--cfg", "from_settings"]\n[registry]\ntoken = "${SECRET}"\n[registries.own]\nindex = "https://user:${SECRET}@127.0.0.1:9/"\n[env]\nOWN = "${SECRET}"\n`
const skipped = await whySkipped('cargo', 'cc')

describe.skipIf(skipped)('Rust in the box', () => {
  let scene: Scene

  beforeAll(async () => {
    scene = await openScene(FILES)
    await scene.host('rm Cargo.lock && cargo fetch')
    await scene.plant({ '.cargo/config.toml': SETTINGS })
  })
  afterAll(() => scene?.close())

  it('tests a package with a dependency from the registry folder and the settings that a build needs', async () => {
    const wrong = await scene.inBox('cargo test')
    const right = await scene.inBox('cargo test', MENDED)

    expect(wrong).toMatchObject({ exitCode: 101, stdout: expect.stringContaining('right: "42"') })
    expect(right, right.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('test text ... ok') })
  })

  it('keeps the path that compiled packages are known by', async () => {
    const result = await scene.inBox('echo "$CARGO_HOME"; ls "$CARGO_HOME"; cat "$CARGO_HOME/config.toml"')

    expect(result.stdout).toBe(
      `${scene.home}/.cargo\nconfig.toml\nregistry\n"build"."rustflags" = ["--cfg","from_settings"]\n`,
    )
  })

  it('does not start a toolchain that the repository names by its path', async () => {
    await write(scene.root, { 'rust-toolchain.toml': '[toolchain]\npath = "own"\n' })
    const { missing } = await scene.detect()
    await write(scene.root, { 'rust-toolchain.toml': '[toolchain]\nchannel = "stable"\n' })

    expect(missing).toEqual([
      { language: 'rust', why: expect.stringContaining(join(scene.root, 'rust-toolchain.toml')) },
    ])
    expect((await scene.detect()).missing).toEqual([])
  })

  it('shows no password and no network', () => expectClosed(scene))
})
