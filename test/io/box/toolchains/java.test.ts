import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectClosed, openScene, type Scene, whySkipped } from './support.ts'

const FILES = {
  'pom.xml': `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>demo</groupId><artifactId>demo</artifactId><version>1</version>
  <properties>
    <maven.compiler.source>8</maven.compiler.source><maven.compiler.target>8</maven.compiler.target>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
    <dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.13.2</version><scope>test</scope></dependency>
  </dependencies>
</project>
`,
  'src/main/java/Demo.java': 'public class Demo { static int answer() { return 41; } }\n',
  'src/test/java/DemoTest.java':
    'import org.junit.*;\npublic class DemoTest { @Test public void answer() { Assert.assertEquals(42, Demo.answer()); } }\n',
}
const MENDED = { 'src/main/java/Demo.java': FILES['src/main/java/Demo.java'].replace('41', '42') }
const skipped = await whySkipped('javac', 'mvn')

describe.skipIf(skipped)('Java in the box', () => {
  let scene: Scene

  beforeAll(async () => {
    scene = await openScene(FILES)
    await scene.host(`mvn -q -B -Dmaven.repo.local='${scene.home}/.m2/repository' test || true; rm -rf target`)
    // As if everything had come through a mirror of the user's settings, which the box does not know.
    await scene.host(`find '${scene.home}' -name _remote.repositories -exec sed -i 's/>central=/>mirror=/' {} +`)
    await scene.plant()
  })
  afterAll(() => scene?.close())

  it('tests a Maven project with the local repository', async () => {
    const wrong = await scene.inBox('mvn -q -B test')
    const right = await scene.inBox('mvn -B test', MENDED)

    expect(wrong, wrong.stderr).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('expected:<42> but was:<41>'),
    })
    expect(right, right.stdout).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/Tests run: 1, Failures: 0/),
    })
  })

  it('is offline, and says so for what is not there', async () => {
    const pom = FILES['pom.xml'].replace('4.13.2', '4.11')
    const result = await scene.inBox('mvn -B test', { 'pom.xml': pom })

    expect(result).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/offline mode/) })
  })

  it('shows the repository and none of the settings beside it', async () => {
    const { readOnly, overlays, found } = await scene.detect()
    const repository = join(scene.home, '.m2/repository')

    expect(readOnly).toContain(repository)
    expect(overlays).toEqual([{ from: repository, to: repository }])
    expect(found).toContainEqual({ language: 'java', version: expect.stringMatching(/^\d/), where: expect.any(String) })
  })

  it('shows no password and no network', () => expectClosed(scene))
})
