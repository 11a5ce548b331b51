/** Files of /etc that every box has of its own; runs in the new root. */
const ETC_FILES = `
printf '%s\\n' "$BOX_PASSWD" > etc/passwd
printf '%s\\n' "$BOX_GROUP" > etc/group
if [ -n "$BOX_NAMES" ]; then
  printf '%s\\n' "$BOX_NAMES" > etc/nsswitch.conf
  printf '%s\\n' "$BOX_HOSTS" > etc/hosts
  : > etc/resolv.conf
fi
`

/**
 * BOX_OVERLAYS, one a line: `overlay` or `copy`, the new owner (`uid:gid`, or `-` for the caller), the mode in octal
 * digits, the path. What is read-only there gets an upper layer on the box's own tmpfs, or is copied into it.
 * BOX_IN_OVERLAYS are the mounts that lie in them: each is kept aside, and put back on top.
 */
const OVERLAY_SCRIPT = `
count=0
for to in $BOX_IN_OVERLAYS; do
  kept=/.box/kept-$count; count=$((count + 1))
  mkdir -p /.box
  if [ -d "$to" ]; then mkdir "$kept"; else : > "$kept"; fi
  mount -n --rbind "$to" "$kept"
done
count=0
for line in $BOX_OVERLAYS; do
  how=\${line%% *}; line=\${line#* }
  owner=\${line%% *}; line=\${line#* }
  mode=\${line%% *}; to=\${line#* }
  place=/.box/$count; count=$((count + 1))
  mkdir -p "$place/lower" "$place/upper" "$place/work"
  at="$place/upper"; from="$to/."
  [ -d "$to" ] || { at="$at/file"; from="$to"; }
  data="lowerdir=$place/lower,upperdir=$place/upper,workdir=$place/work,nosuid,nodev"
  [ "$owner" = - ] && data="$data,userxattr" || [ "$how" != overlay ] || chown "$owner" "$at"
  [ "$how" != overlay ] || chmod "$mode" "$at"
  if [ "$how" != overlay ] || ! mount -n --bind "$to" "$place/lower" 2> /dev/null ||
    ! mount -n -t overlay -o "$data" overlay "$to" 2> /dev/null; then
    cp -R --preserve=mode,timestamps,links -- "$from" "$at" || {
      echo "no overlay can be made of $to here, and a copy of it does not fit into the box" >&2
      exit 1
    }
    [ "$owner" = - ] || chown -R -h -- "$owner" "$at"
    mount -n --bind "$at" "$to"
    mount -n -o remount,bind,rw,nosuid,nodev "$to"
  fi
done
kept=0
for to in $BOX_IN_OVERLAYS; do
  mount -n --rbind "/.box/kept-$kept" "$to"
  kept=$((kept + 1))
done
if [ "$count" != 0 ]; then
  mkdir /.box/hidden
  mount -n --bind /.box/hidden /.box
  mount -n -o remount,bind,ro,nosuid,nodev /.box
fi
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
status=$?
echo "status $status" >&3
# How full the scratch folders are, which all share one file system with the root.
[ "$status" = 0 ] || stat -f -c 'scratch %b %a %c %d' / >&3
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
 * STARTED_SCRIPT), then what the shell says about a signal, then `status N`, and after a failure `scratch`
 * with blocks, free blocks, files, free files. Until `ready`, stderr belongs to the set-up
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
[ -z "$BOX_LOOPBACK" ] || ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null || perl -e "$BOX_PERL_LO" 2>/dev/null || true
{ echo box > /proc/sys/kernel/hostname || hostname box || true; } 2>/dev/null
pivot_root . mnt
cd /
umount -n -l /mnt
${OVERLAY_SCRIPT}
mount -n -o remount,bind,ro,nosuid,nodev /
${RUN_AND_REPORT}`

/** The same for a box that bwrap has built as far as it can: only what bwrap has no option for. */
export const FINISH_SCRIPT = `${START}
cd /
${ETC_FILES}
${OVERLAY_SCRIPT}
printf '%s\\n' "$BOX_FSTAB" > etc/fstab
mount -n -a -T etc/fstab
${RUN_AND_REPORT}`

/** The last step before the payload: all rights are gone by now, and nothing of the report is passed on. */
export const STARTED_SCRIPT = 'echo ready >&3; exec "$@" 3>&-'

/** For machines with neither iproute2 nor net-tools: SIOCSIFFLAGS with IFF_UP and IFF_RUNNING. */
export const PERL_LOOPBACK_UP =
  'socket(my $s, 2, 2, 0) or die; my $r = pack("a16 s x14", "lo", 0x41); ioctl($s, 0x8914, $r) or die'
