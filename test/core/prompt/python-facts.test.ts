import { describe, expect, it } from 'vitest'
import { manifestFacts, manifestsIn } from '../../../src/core/prompt/manifest-facts.ts'

const PROJECT = `[build-system]
requires = ["hatchling"]

[project] # what is built
name = "jobs"
requires-python = ">=3.10"
dependencies = [
  "httpx[http2]>=0.27", # over the wire
  'attrs',
]

[project.optional-dependencies]
test = ["pytest>=8", "hypothesis"]

[[tool.mypy.overrides]]
module = ["a", "b"]

[tool.pytest.ini_options]
addopts = ["-ra"]
pythonpath = ["src", "lib"]
testpaths = "tests"
`

describe('manifests of Python', () => {
  it('tell packages and where modules are imported from', () => {
    expect(manifestFacts('pyproject.toml', PROJECT)).toBe(
      '- pyproject.toml: Python >=3.10; httpx[http2]>=0.27, attrs, pytest>=8, hypothesis; pythonpath src lib, testpaths tests',
    )
    expect(manifestFacts('jobs/pytest.ini', '[pytest]\npythonpath =\n    src\n    lib\naddopts = -ra\n')).toBe(
      '- jobs/pytest.ini: pythonpath src lib',
    )
    expect(manifestFacts('pyproject.toml', '[tool.black]\nline-length = 100\n')).toBeNull()
  })

  it('tell the lines of a requirements file without comments, options and hashes', () => {
    const text =
      '# tests\n-r base.txt\npytest>=8  # the runner\n\nhypothesis==6.130 \\\n    --hash=sha256:00\nown @ https://me:pass@example.org/own.whl\n'
    expect(manifestFacts('requirements.txt', text)).toBe('- requirements.txt: pytest>=8, hypothesis==6.130, own')
    expect(manifestsIn(['requirements.txt', 'src/a.py', 'pyproject.toml'])).toEqual([
      'pyproject.toml',
      'requirements.txt',
    ])
  })
})
