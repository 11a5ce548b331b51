import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs'

/**
 * The system calls by which a patch is written, one method each, so that a test can end the process between any two of them.
 * Methods throw what node:fs throws; `lstat` and `readdir` give null where nothing is, or no folder.
 */
export interface FileLayer {
  lstat(path: string): Stats | null
  readdir(path: string): string[] | null
  read(path: string): Buffer
  mkdir(path: string): void
  /** Creates a file that must not exist yet. */
  create(path: string): number
  write(fd: number, bytes: Buffer): number
  chmod(fd: number, mode: number): void
  chown(fd: number, uid: number, gid: number): void
  fsync(fd: number): void
  close(fd: number): void
  openFolder(path: string): number
  link(from: string, to: string): void
  rename(from: string, to: string): void
  unlink(path: string): void
  rmdir(path: string): void
  /** What tells a living process from others that had its number before it; null: there is none. */
  lifeOf(pid: number): string | null
}

const NOTHING_THERE = ['ENOENT', 'ENOTDIR']

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? ''
}

function orNull<T>(call: () => T): T | null {
  try {
    return call()
  } catch (error) {
    if (NOTHING_THERE.includes(codeOf(error))) return null
    throw error
  }
}

export const realFiles: FileLayer = {
  lstat: (path) => orNull(() => lstatSync(path)),
  readdir: (path) => orNull(() => readdirSync(path)),
  read: (path) => readFileSync(path),
  mkdir: (path) => mkdirSync(path),
  create: (path) => openSync(path, 'wx', 0o666),
  write: (fd, bytes) => writeSync(fd, bytes),
  chmod: (fd, mode) => fchmodSync(fd, mode),
  chown: (fd, uid, gid) => fchownSync(fd, uid, gid),
  fsync: (fd) => fsyncSync(fd),
  close: (fd) => closeSync(fd),
  openFolder: (path) => openSync(path, 'r'),
  link: (from, to) => linkSync(from, to),
  rename: (from, to) => renameSync(from, to),
  unlink: (path) => unlinkSync(path),
  rmdir: (path) => rmdirSync(path),
  lifeOf(pid) {
    try {
      process.kill(pid, 0)
    } catch (error) {
      if (codeOf(error) !== 'EPERM') return null
    }
    // Field 22, counted after the name in brackets: when it started. Elsewhere than on Linux the number has to do.
    const stat = orNull(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
    return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0'
  },
}

/** The whole of a new file, on the disk when this returns. `like`: whose mode and owner it takes. */
export function writeDurably(files: FileLayer, path: string, bytes: Buffer, like: Stats | null): void {
  const fd = files.create(path)
  try {
    for (let at = 0; at < bytes.length; ) at += files.write(fd, bytes.subarray(at))
    if (like) {
      keepOwner(files, fd, like)
      files.chmod(fd, like.mode & 0o7777)
    }
    files.fsync(fd)
  } finally {
    files.close(fd)
  }
}

/** Only the superuser may give a file away; everybody else's new files are their own as before. */
function keepOwner(files: FileLayer, fd: number, like: Stats): void {
  try {
    files.chown(fd, like.uid, like.gid)
  } catch (error) {
    if (codeOf(error) !== 'EPERM') throw error
  }
}

/** Makes the entries of a folder durable, where the system lets folders be opened. */
export function syncFolder(files: FileLayer, path: string): void {
  let fd: number
  try {
    fd = files.openFolder(path)
  } catch (error) {
    if (['EISDIR', 'EPERM', 'EACCES'].includes(codeOf(error))) return
    throw error
  }
  try {
    files.fsync(fd)
  } finally {
    files.close(fd)
  }
}
