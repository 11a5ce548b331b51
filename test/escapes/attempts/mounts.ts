import type { Attempt } from '../attempt.ts'

/** Attempts on the mounts that a box consists of. */
export const MOUNTS: Attempt[] = [
  {
    name: 'remounts the dependencies writable',
    language: 'sh',
    weakness: 'rights',
    script: 'mount -o remount,bind,rw "$MODULES"; echo "$MARK" >> "$MODULES/package.js"; held refused',
  },
  {
    name: 'remounts the dependencies writable in namespaces of its own',
    language: 'sh',
    weakness: 'rights',
    script: `
for kind in -m -Urm; do
  unshare $kind sh -c 'mount -o remount,bind,rw "$MODULES"; echo "$MARK" >> "$MODULES/package.js"'
done
held refused`,
  },
  {
    name: 'remounts the root writable and puts a library before every program',
    language: 'sh',
    weakness: 'rights',
    script: 'mount -o remount,bind,rw /; touch /etc/ld.so.preload && escaped preloaded; held refused',
  },
  {
    name: 'makes the scratch folders larger',
    language: 'sh',
    weakness: 'rights',
    provenByRootOnly: true,
    script:
      'mount -o remount,size=1g /proc/.. && escaped larger; mount -o remount,size=1g /tmp && escaped larger; held refused',
  },
  {
    name: 'mounts over a system folder',
    language: 'sh',
    weakness: 'rights',
    script: 'mount -t tmpfs none /usr/share && escaped mounted; held refused',
  },
  {
    name: 'binds its tree over the dependencies',
    language: 'sh',
    weakness: 'rights',
    script: 'mkdir -p bound; mount --bind bound "$MODULES" && escaped bound; held refused',
  },
  {
    name: 'unmounts the dependencies',
    language: 'sh',
    weakness: 'rights',
    script: `
umount "$MODULES" && escaped unmounted
umount -l "$MODULES" && escaped unmounted
unshare -Urm umount "$MODULES" && escaped 'unmounted below'
held refused`,
  },
  {
    name: 'unmounts the system folders to see what lies below',
    language: 'sh',
    weakness: 'rights',
    script: `
for dir in /proc /dev/shm /home/box /tmp /usr; do umount -l $dir && escaped "unmounted $dir"; done
unshare -Urm sh -c 'umount -l /usr || umount -l /tmp || umount -l /proc' && escaped 'unmounted below'
held refused`,
  },
  {
    name: 'changes the root by pivot_root',
    language: 'python',
    weakness: 'rights',
    script: `
os.makedirs('/tmp/new', exist_ok=True)
libc.mount(b'none', b'/tmp/new', b'tmpfs', 0, None)
os.makedirs('/tmp/new/old', exist_ok=True)
refused(call(nr(155, 41), b'/tmp/new', b'/tmp/new/old'), 'pivot_root')`,
  },
  {
    name: 'copies the mounts by open_tree',
    language: 'python',
    weakness: 'rights',
    script: `refused(call(nr(428, 428), -100, b'/', 1), 'open_tree')`,
  },
  {
    name: 'opens a file system by fsopen',
    language: 'python',
    weakness: 'rights',
    script: `refused(call(nr(430, 430), b'tmpfs', 0), 'fsopen')`,
  },
  {
    name: 'breaks out of a chroot of its own',
    language: 'python',
    weakness: 'naked-root',
    script: `
os.makedirs('cell', exist_ok=True)
def out():
    os.chroot('cell')
    for _ in range(40): os.chdir('..')
    os.chroot('.')
    print(open(env['OUTSIDE'] + '/secret').read())
try: out()
except OSError as error: print(error)
if libc.unshare(0x10000000) == 0:
    try: out()
    except OSError as error: print(error)
held('tried')`,
  },
  {
    name: 'mounts the processes of the host',
    language: 'sh',
    weakness: 'naked-root',
    victim: true,
    script: `
mkdir -p procs
show='mount -t proc proc procs && grep -aoh "$PATTERN" procs/$VICTIM/environ procs/[0-9]*/environ; umount procs'
sh -c "$show"; unshare -Urm sh -c "$show"; unshare -Urmpf sh -c "$show"
held tried`,
  },
  {
    name: 'enters the mounts of a process of the host',
    language: 'python',
    weakness: 'naked-root',
    victim: true,
    script: `
for pid in (victim, os.getppid(), 1):
    for kind in ('mnt', 'net', 'pid', 'user'):
        try: fd = os.open(f'/proc/{pid}/ns/{kind}', os.O_RDONLY)
        except OSError as error: print(kind, error.strerror); continue
        if libc.setns(fd, 0) == 0: escaped(f'entered {kind} of {pid}')
held('refused')`,
  },
  {
    name: 'mounts the control groups and writes there',
    language: 'sh',
    weakness: 'naked-root',
    provenByRootOnly: true,
    script: `
mkdir -p groups
show='mount -t cgroup2 none groups && { w=no; [ -w groups/cgroup.procs ] && w=yes; umount groups; [ $w = yes ]; }'
old='mount -t cgroup -o pids none groups && { w=no; [ -w groups/cgroup.procs ] && w=yes; umount groups; [ $w = yes ]; }'
for way in "$show" "$old"; do
  sh -c "$way" && escaped writable
  unshare -UrmC sh -c "$way" && escaped writable
done
held refused`,
  },
  {
    name: 'mounts file systems of the kernel',
    language: 'sh',
    weakness: 'naked-root',
    provenByRootOnly: true,
    script: `
mkdir -p kernel
for type in sysfs debugfs tracefs securityfs devtmpfs; do
  mount -t $type none kernel && { umount kernel; escaped "mounted $type"; }
  unshare -Urmn mount -t $type none kernel && escaped "mounted $type"
done
held refused`,
  },
  {
    name: 'makes namespaces of every kind and holds rights over the host there',
    language: 'sh',
    weakness: 'rights',
    script: `
for kind in -m -u -i -n -p -C -T; do
  unshare $kind true && escaped "unshare $kind without a user namespace"
done
unshare -UrmuinpCTf sh -c 'mount -o remount,bind,rw "$CACHE"; echo "$MARK" >> "$CACHE/package"'
held refused`,
  },
  {
    name: 'lays a writable file system over the dependencies for those who come after',
    language: 'sh',
    weakness: 'rights',
    script: `
mkdir -p /tmp/up /tmp/work
mount -t tmpfs none /tmp/up && mkdir -p /tmp/up/u /tmp/up/w
mount -t overlay -o "lowerdir=$MODULES,upperdir=/tmp/up/u,workdir=/tmp/up/w" none "$MODULES" && escaped laid
unshare -Urm sh -c 'mount -o bind,rw "$MODULES" /tmp/work && echo "$MARK" >> /tmp/work/package.js'
held refused`,
  },
]
