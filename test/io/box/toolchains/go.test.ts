import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectClosed, openScene, type Scene, SECRET, whySkipped } from './support.ts'

const FILES = {
  'go.mod': 'module example.org/demo\n\ngo 1.20\n\nrequire github.com/pkg/errors v0.9.1\n',
  'demo.go':
    'package demo\n\nimport "github.com/pkg/errors"\n\nfunc Text() string { return errors.New("wrong").Error() }\n',
  'demo_test.go':
    'package demo\n\nimport "testing"\n\nfunc TestText(t *testing.T) {\n\tif Text() != "right" {\n\t\tt.Fatal(Text())\n\t}\n}\n',
  'go.sum': '',
}
const skipped = await whySkipped('go')

describe.skipIf(skipped)('Go in the box', () => {
  let scene: Scene

  beforeAll(async () => {
    scene = await openScene(FILES)
    // The user's own build cache, which is warm, or warm the next time.
    scene.env['GOCACHE'] = (await execa('go', ['env', 'GOCACHE'])).stdout
    await scene.host('go mod tidy && go test ./... || true', { GOFLAGS: '-modcacherw' })
    await scene.plant({ 'go/pkg/mod/cache/vcs/demo/config': `url = https://user:${SECRET}@127.0.0.1:9/x\n` })
  })
  afterAll(() => scene?.close())

  it('tests a module with a dependency from the module cache', async () => {
    // In one box, because without overlays its build cache begins empty.
    const result = await scene.inBox(
      'go test ./...; echo; sed -i s/wrong/right/ demo.go; go test ./... && go vet ./...',
    )

    expect(result, result.stderr).toMatchObject({ exitCode: 0 })
    expect(result.stdout).toMatch(/--- FAIL: TestText[\s\S]*\nok {2}\texample\.org\/demo/)
  })

  it('keeps a module that was not fetched out, and says why', async () => {
    const result = await scene.inBox('go get rsc.io/sampler@v1.3.0')

    expect(result.exitCode).not.toBe(0)
    expect(result.stderr).toContain('GOPROXY=off')
  })

  it('gives the build cache as an overlay and passes on the flags that choose what is built', async () => {
    scene.env['GOFLAGS'] = '-tags=slow -toolexec=/opt/spy -ldflags=-X=main.token=t'
    const { overlays, env, found } = await scene.detect()
    delete scene.env['GOFLAGS']

    expect(overlays).toEqual([{ from: scene.env['GOCACHE'], to: '/home/box/.cache/go-build' }])
    expect(env).toMatchObject({ GOPROXY: 'off', GOTOOLCHAIN: 'local', GOFLAGS: '-tags=slow -buildvcs=false' })
    expect(found).toContainEqual({
      language: 'go',
      version: expect.stringMatching(/^\d+\.\d+/),
      where: expect.any(String),
    })
  })

  it('shows no password and no network', () => expectClosed(scene))
})
