/** Files of /etc that every box has of its own; runs in the new root. */
const ETC_FILES = `
printf '%s\\n' "$BOX_PASSWD" > etc/passwd
printf '%s\\n' "$BOX_GROUP" > etc/group
printf '%s\\n' 'passwd: files' 'group: files' 'hosts: files dns' 'services: files' > etc/nsswitch.conf
printf '%s\\n' '127.0.0.1 localhost box' '::1 localhost' > etc/hosts
: > etc/resolv.conf
`

/** Runs the payload as a child and reports its end; has to be the first process of the box. */
const RUN_AND_REPORT = `
cd "$BOX_CWD"
exec 5>&2 2>&3
set +e
(
  exec 2>&5 5>&-
  exec "$@"
)
echo "status $?" >&3
`

const START = `
set -efu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
umask 022
IFS='
'
`

/**
 * Builds the box from inside its new namespaces, then runs the payload as its child.
 *
 * Everything variable arrives in BOX_* variables (lists have one entry a line) and in "$@", the whole command line of
 * the payload; nothing is ever pasted into this text. File descriptor 3 reports to the outside: `ready` (from
 * STARTED_SCRIPT), then what the shell says about a signal, then `status N`. Until `ready`, stderr belongs to the set-up
 * and says what failed.
 */
export const SETUP_SCRIPT = `${START}
mount -n -t tmpfs -o "$BOX_TMPFS" tmpfs "$BOX_BASE"
cd "$BOX_BASE"
mkdir -p -- $BOX_DIRS
chmod 1777 $BOX_SCRATCH
for file in $BOX_FILES; do : > "$file"; done
cp -P --parents -- $BOX_LINKS .
${ETC_FILES}
printf '%s\\n' "$BOX_FSTAB" > proc/fstab
mount -n -a -T proc/fstab
for line in $BOX_REMOUNTS; do mount -n -o "remount,bind,\${line%% *}" "\${line#* }"; done
ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null || perl -e "$BOX_PERL_LO" 2>/dev/null || true
{ echo box > /proc/sys/kernel/hostname || hostname box || true; } 2>/dev/null
pivot_root . mnt
cd /
umount -n -l /mnt
mount -n -o remount,bind,ro,nosuid,nodev /
${RUN_AND_REPORT}`

/** The same for a box that bwrap has built as far as it can: only what bwrap has no option for. */
export const FINISH_SCRIPT = `${START}
cd /
${ETC_FILES}
printf '%s\\n' "$BOX_FSTAB" > etc/fstab
mount -n -a -T etc/fstab
${RUN_AND_REPORT}`

/** The last step before the payload: all rights are gone by now, and nothing of the report is passed on. */
export const STARTED_SCRIPT = 'echo ready >&3; exec "$@" 3>&-'

/** For machines with neither iproute2 nor net-tools: SIOCSIFFLAGS with IFF_UP and IFF_RUNNING. */
export const PERL_LOOPBACK_UP =
  'socket(my $s, 2, 2, 0) or die; my $r = pack("a16 s x14", "lo", 0x41); ioctl($s, 0x8914, $r) or die'
