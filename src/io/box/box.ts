import type { LimitName } from '../../core/verdict/evidence.ts'

/** The contract of a box: a place where untrusted code runs and cannot reach out, up or back. */

export interface BoxPolicy {
  /** Where the tree appears inside: the repository's original path. */
  root: string
  /** The folder on the host that is mounted there, writable and thrown away afterwards. */
  tree: string
  /** Host paths that are visible inside at the same path, read-only (toolchains, linked dependencies). */
  readOnly: string[]
  /** Further read-only mounts: host path to path inside (node_modules, the harness, the one-commit .git). */
  mounts: { from: string; to: string }[]
  /**
   * Like `mounts`, but writable: what is written is thrown away with the box, and `from` stays as it is. The payload may
   * write what the owner of `from` may. Where the kernel has no overlay for it, it is copied into the box first; a copy
   * that does not fit into `tmpBytes` ends the run with cause `box`. Nothing can be mounted in an overlay, and of mounts
   * in `from` only the folder is seen.
   */
  overlays?: { from: string; to: string }[]
  /**
   * `host`: the network of the host, for set-up commands only, never for anything that a patch can influence. It opens
   * everything that the user's programs reach: the internet, the local network, what listens on the host's loopback
   * (databases, agents, the clouds' metadata), abstract Unix sockets, and shows the addresses and connections in
   * /proc/net. Names are resolved as on the host. Left out: nothing but a loopback of its own.
   */
  network?: 'host'
  /** The whole environment inside; nothing of the host's environment is inherited. */
  env: Record<string, string>
}

export interface BoxLimits {
  wallMs: number
  /** Bytes of stdout and stderr together; the run is ended when they are exceeded. */
  outputBytes: number
  /** Largest file that can be written, bytes. */
  fileBytes: number
  /** What the tree may grow by in one run, bytes, looked at all the while; without it only each file is limited. */
  diskBytes?: number
  /** Size of /tmp, HOME and everything written to overlays together, bytes. */
  tmpBytes: number
  /** Processes and threads, where the machine can enforce it. */
  processes: number
  /** Processor time of each single process. */
  cpuSeconds: number
  /** Memory of all processes and scratch files together, where the machine can enforce it; without it there is no limit. */
  memoryBytes?: number
}

export interface BoxResult {
  exitCode: number | null
  signal: string | null
  /**
   * Why it ended. `box` means the box itself could not be made; `message` says why. `cpu-time` and `file-size`: the
   * limit's signal ended the program. `memory` and `processes`: the limit struck somewhere in the box, and then the
   * program failed; a program that succeeds nevertheless has `exit`. `disk`: the tree grew by more than `diskBytes`, or
   * the program failed and what `tmpBytes` limits was full.
   */
  cause: 'exit' | LimitName | 'box'
  message: string | null
  /** Interleaved order is not kept between the two; each is capped by `outputBytes`. */
  stdout: string
  stderr: string
  durationMs: number
}

export interface ProbeCheck {
  name: string
  held: boolean
  detail: string
}

export type Probe =
  | { ok: true; level: string; checks: ProbeCheck[] }
  | { ok: false; reason: string; advice: string; checks: ProbeCheck[] }

export interface Box {
  readonly name: 'unshare' | 'bwrap' | 'srt' | 'none'
  /** Tries each forbidden thing for real. */
  probe(repository: string): Promise<Probe>
  /** Never rejects for what the payload does. */
  run(
    argv: string[],
    policy: BoxPolicy,
    limits: BoxLimits,
    options: { signal?: AbortSignal; input?: string; onOutput?: (text: string) => void },
  ): Promise<BoxResult>
}
