import { access, readFile } from 'node:fs/promises'

const NONE = 'or run without protection: --isolation none'

async function numberIn(path: string): Promise<number | null> {
  const text = await readFile(path, 'utf8').catch(() => null)
  return text === null ? null : Number(text.trim())
}

async function inContainer(): Promise<boolean> {
  const marks = await Promise.all(
    ['/.dockerenv', '/run/.containerenv'].map((path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  )
  return marks.includes(true)
}

/** One line that says how the box could be allowed on this machine. `reason` is the message of the failed try. */
export async function adviceFor(reason: string): Promise<string> {
  if (process.platform !== 'linux') return `this box needs Linux; ${NONE}`
  if (reason.includes('sandbox-runtime is not installed')) {
    return `npm install @anthropic-ai/sandbox-runtime (an optional dependency), or --isolation auto; ${NONE}`
  }
  if (/bwrap is not installed$/.test(reason)) {
    return `install bubblewrap (its package has that name in every distribution), or --isolation unshare; ${NONE}`
  }
  if (/nknown option --(size|perms|as-pid-1)/.test(reason)) return `bubblewrap must be 0.8 or newer; ${NONE}`
  if (reason.includes('ENOENT')) return `install util-linux (unshare, setpriv, mount); ${NONE}`
  if ((await numberIn('/proc/sys/kernel/unprivileged_userns_clone')) === 0) {
    return `allow user namespaces: sysctl -w kernel.unprivileged_userns_clone=1; ${NONE}`
  }
  if ((await numberIn('/proc/sys/kernel/apparmor_restrict_unprivileged_userns')) === 1) {
    return `allow user namespaces: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0; ${NONE}`
  }
  if ((await numberIn('/proc/sys/user/max_user_namespaces')) === 0) {
    return `allow user namespaces: sysctl -w user.max_user_namespaces=15000; ${NONE}`
  }
  if (await inContainer()) {
    const options =
      '--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined'
    return `start the container with ${options} (as root also --cap-add SYS_ADMIN); ${NONE}`
  }
  return `user namespaces and mounts must be allowed here, and util-linux be 2.36 or newer; ${NONE}`
}
