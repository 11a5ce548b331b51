import { PAYLOAD_ID } from './identity.ts'
import { FIRST_INHERITED } from './supervise.ts'
import type { KnownArchitecture } from './syscall-filter.ts'

const NUMBERS: Record<KnownArchitecture, Record<string, number>> = {
  x64: {
    ...{ mount: 165, umount2: 166, pivot_root: 155, unshare: 272, sethostname: 170, statfs: 137 },
    ...{ setgroups: 116, setresuid: 117, setresgid: 119, capset: 126, prctl: 157, prlimit64: 302, keyctl: 250 },
    ...{ open_tree: 428, move_mount: 429, mount_setattr: 442 },
  },
  arm64: {
    ...{ mount: 40, umount2: 39, pivot_root: 41, unshare: 97, sethostname: 161, statfs: 43 },
    ...{ setgroups: 159, setresuid: 147, setresgid: 149, capset: 91, prctl: 167, prlimit64: 261, keyctl: 219 },
    ...{ open_tree: 428, move_mount: 429, mount_setattr: 442 },
  },
}

/** Perl's syscall() takes a text as a pointer and a number as itself; a text has to be in a variable. */
const HELPERS = `
sub call { my $what = shift; my $number = $nr{$what}; my $result = syscall($number, @_); return $result }
sub must { my ($what, @rest) = @_; my $result = call(@rest); die "$what: $!\\n" if $result < 0; return $result }
sub lines { return grep { length } split /\\n/, $ENV{$_[0]} // '' }
sub folders { my $path = ''; for (split m{/+}, $_[0]) { $path .= length $path ? "/$_" : length $_ ? $_ : '/'; mkdir $path, 0755 if $path ne '.' && $path ne '/' && !-d $path } -d $_[0] or die "$_[0]: $!\\n" }
sub file { my ($path, $text) = @_; open my $file, '>', $path or die "$path: $!\\n"; print $file $text; close $file or die "$path: $!\\n" }
my %flag = (ro => 1, nosuid => 2, nodev => 4, noexec => 8, remount => 32, bind => 4096, rbind => 20480);
sub mounted { my ($from, $to, $type, $flags, $data) = @_; must("mount $to", 'mount', $from, $to, $type, 0 + $flags, length($data // '') ? $data : 0) }
sub mount_line {
  my ($from, $to, $type, $options) = @_;
  my ($flags, @data) = (0);
  for (split /,/, $options) { if ($flag{$_}) { $flags |= $flag{$_} } elsif ($_ ne 'rw') { push @data, $_ } }
  my $bind = $flags & $flag{rbind};
  return mounted($from, $to, $type, $flags, join ',', @data) if !$bind || $flags & $flag{remount};
  mounted($from, $to, $type, $bind);
  mounted($from, $to, $type, ($flags & ~$flag{rbind}) | $flag{remount} | $flag{bind});
}
`

const ETC_AND_MOUNTS = `
sub etc {
  file('etc/passwd', "$ENV{BOX_PASSWD}\\n");
  file('etc/group', "$ENV{BOX_GROUP}\\n");
  return if $ENV{BOX_NAMES} eq '';
  file('etc/nsswitch.conf', "$ENV{BOX_NAMES}\\n");
  file('etc/hosts', "$ENV{BOX_HOSTS}\\n");
  file('etc/resolv.conf', '');
}
sub mounts {
  for (lines('BOX_FSTAB')) {
    my ($from, $to, $type, $options) = map { s/\\\\([0-7]{3})/chr oct $1/ger } split / /;
    mount_line($from, $to, $type, $options);
  }
}
`

/**
 * BOX_OVERLAYS and BOX_IN_OVERLAYS as OVERLAY_SCRIPT reads them, and two more words: `idmap`, and `view` for the one line of `viewLine`. Where
 * an overlay cannot be made, or for a plain user somebody else owns the folder, a copy of the folder takes its place.
 */
const OVERLAYS = `
sub swapped {
  my ($low, $high) = sort { $a <=> $b } $_[0], ${PAYLOAD_ID};
  return "0 0 4294967295" if $low == $high;
  my @extents = ([0, 0, $low], [$low, $high, 1], [$low + 1, $low + 1, $high - $low - 1], [$high, $low, 1], [$high + 1, $high + 1, 4294967294 - $high]);
  return join "\\n", map { join ' ', @$_ } grep { $_->[2] > 0 } @extents;
}
# The same folder, in which the owner and the payload have changed places.
sub idmapped {
  my ($from, $at, $uid, $gid, $below) = @_;
  pipe my $made, my $making and pipe my $waiting, my $done or die "pipe: $!\\n";
  my $pid = fork // die "fork: $!\\n";
  if ($pid == 0) {
    close $done;
    syswrite $making, 'x' if call('unshare', 0x10000000) == 0;
    close $making;
    sysread $waiting, my $byte, 1;
    exit;
  }
  close $making;
  close $waiting;
  my $ok = eval {
    sysread($made, my $byte, 1) or die "no user namespace\\n";
    file("/proc/$pid/uid_map", swapped($uid));
    file("/proc/$pid/gid_map", swapped($gid));
    open my $names, '<', "/proc/$pid/ns/user" or die "user namespace: $!\\n";
    my $empty = '';
    my $tree = must('open_tree', 'open_tree', -100, $from, 524289 | ($below ? 0x8000 : 0));
    my $attributes = pack 'Q4', 0x100000, 0, 0, fileno $names;
    must('mount_setattr', 'mount_setattr', $tree, $empty, 0x1000, $attributes, 32);
    must('move_mount', 'move_mount', $tree, $empty, -100, $at, 4);
    open my $closing, "<&=$tree";
    1;
  };
  my $why = $@;
  close $done;
  waitpid $pid, 0;
  die $why unless $ok;
}
sub copied {
  my ($from, $place, $owner) = @_;
  my $to = "$place/upper";
  my $source = -d $from ? "$from/." : $from;
  $to .= '/file' unless -d $from;
  system('cp', '-R', '--preserve=mode,timestamps,links', '--', $source, $to) == 0
    or die "no overlay can be made of $from here, and a copy of it does not fit into the box\\n";
  system('chown', '-R', '-h', '--', $owner, $to) == 0 or die "chown $from\\n" if $owner ne '-';
  mount_line($to, $from, 'none', 'bind,rw,nosuid,nodev');
}
# Mounts that lie in overlays, kept aside and put back on top. A bind has the flags of what it binds.
sub kept {
  my ($back) = @_;
  my $count = 0;
  for my $to (lines('BOX_IN_OVERLAYS')) {
    my $aside = '/.box/kept-' . $count++;
    if ($back) { mounted($aside, $to, 'none', $flag{rbind}); next }
    folders('/.box');
    if (-d $to) { folders($aside) } else { file($aside, '') }
    mounted($to, $aside, 'none', $flag{rbind});
  }
}
sub overlays {
  my $count = 0;
  kept(0);
  for (lines('BOX_OVERLAYS')) {
    my ($how, $owner, $mode, $to) = split / /, $_, 4;
    if ($how eq 'view') { eval { idmapped($to, $to, (stat $to)[4, 5], 1) }; next }
    my $place = '/.box/' . $count++;
    folders("$place/$_") for 'lower', 'upper', 'work';
    my ($uid, $gid) = (stat $to)[4, 5];
    my $ok = $how ne 'copy' && ($owner ne '-' || $uid == $>) && eval {
      $how eq 'idmap' ? idmapped($to, "$place/lower", $uid, $gid) : mounted($to, "$place/lower", 'none', $flag{bind});
      if ($owner ne '-') { chown split(/:/, $owner), "$place/upper" or die "chown: $!\\n" }
      chmod oct $mode, "$place/upper" or die "chmod: $!\\n";
      my $data = "lowerdir=$place/lower,upperdir=$place/upper,workdir=$place/work";
      mounted('overlay', $to, 'overlay', $flag{nosuid} | $flag{nodev}, $owner eq '-' ? "$data,userxattr" : $data);
      1;
    };
    copied($to, $place, $owner) unless $ok;
  }
  kept(1);
  return unless $count;
  # What lies beneath an overlay is not to be changed but through it.
  folders('/.box/hidden');
  mount_line('/.box/hidden', '/.box', 'none', 'bind,ro,nosuid,nodev');
}
`

/** Builds the whole box; the same steps as SETUP_SCRIPT. */
const BUILD = `
sub build {
  my $base = $ENV{BOX_BASE};
  mounted('tmpfs', $base, 'tmpfs', 0, $ENV{BOX_TMPFS});
  chdir $base or die "$base: $!\\n";
  folders($_) for lines('BOX_DIRS');
  for (lines('BOX_SCRATCH')) { chmod 01777, $_ or die "$_: $!\\n" }
  file($_, '') for lines('BOX_FILES');
  for (lines('BOX_LINKS')) {
    folders($1) if ".$_" =~ m{^(.*)/[^/]*$};
    symlink readlink($_), ".$_" or die "$_: $!\\n";
  }
  etc();
  mounts();
  for (lines('BOX_REMOUNTS')) { my ($options, $to) = split / /, $_, 2; mount_line('none', $to, 'none', "remount,bind,$options") }
  if ($ENV{BOX_LOOPBACK}) {
    my $request = pack 'a16 s x14', 'lo', 0x41;
    my $socket;
    socket($socket, 2, 2, 0) && ioctl $socket, 0x8914, $request;
  }
  my $name = 'box';
  call('sethostname', $name, 3);
  my ($new, $old) = ('.', 'mnt');
  must('pivot_root', 'pivot_root', $new, $old);
  chdir '/' or die "/: $!\\n";
  $old = '/mnt';
  must('umount', 'umount2', $old, 2);
  overlays();
  mount_line('none', '/', 'none', 'remount,bind,ro,nosuid,nodev');
}
`

/** The rest of a box that bwrap has built; the same steps as FINISH_SCRIPT. */
const FINISH = `
sub finish {
  chdir '/' or die "/: $!\\n";
  etc();
  overlays();
  mounts();
}
`

/** What the payload starts as: another user, in a user namespace of its own, with limits, without any right. */
const GIVE_UP = `
sub drop_bounding {
  for my $capability (0 .. 63) {
    next if call('prctl', 24, $capability, 0, 0, 0) == 0;
    last if $! + 0 == 22 && $capability > 0;
    die "bounding set: $!\\n";
  }
}
sub drop_capabilities {
  must('ambient capabilities', 'prctl', 47, 4, 0, 0, 0);
  my ($header, $none) = (pack('L l', 0x20080522, 0), pack('L6'));
  must('capabilities', 'capset', $header, $none);
}
sub no_new_privileges { must('no new privileges', 'prctl', 38, 1, 0, 0, 0) }
sub become {
  drop_bounding();
  must('groups', 'setgroups', 0, 0);
  must('gid', 'setresgid', ${PAYLOAD_ID}, ${PAYLOAD_ID}, ${PAYLOAD_ID});
  must('uid', 'setresuid', ${PAYLOAD_ID}, ${PAYLOAD_ID}, ${PAYLOAD_ID});
  drop_capabilities();
  no_new_privileges();
  # Until the next program starts, the files of this process in /proc belong to root: its map could not be written.
  must('dumpable', 'prctl', 4, 1, 0, 0, 0);
}
sub nest {
  my ($uid, $gid) = @_;
  must('unshare the user', 'unshare', 0x10000000);
  file('/proc/self/setgroups', 'deny');
  file('/proc/self/uid_map', "${PAYLOAD_ID} $uid 1");
  file('/proc/self/gid_map', "${PAYLOAD_ID} $gid 1");
}
sub give_up {
  my ($kind, $nested, $limits, $filter) = @_;
  become() if $kind eq 'root';
  nest($kind eq 'root' ? (${PAYLOAD_ID}, ${PAYLOAD_ID}) : (0, 0)) if $nested;
  for (split /,/, $limits) {
    my ($resource, $soft, $hard) = split /:/;
    my $values = pack 'Q2', $soft, $hard;
    must('limits', 'prlimit64', 0, 0 + $resource, $values, 0);
  }
  drop_bounding() if $nested;
  drop_capabilities();
  no_new_privileges();
  # Where the kernel has no keys (ENOSYS) or nobody may use them (EPERM), there is nothing to leave.
  call('keyctl', 1, 0) >= 0 || $! + 0 == 38 || $! + 0 == 1 or die "keys: $!\\n";
  return if $filter eq '';
  $filter = pack 'H*', $filter;
  my $program = pack 'S x6 P', length($filter) / 8, $filter;
  must('filter of system calls', 'prctl', 22, 2, $program, 0, 0);
}
`

const RUN = `
sub report { syswrite REPORT, $_[0] }
sub payload {
  my ($kind, $nested, $limits, $filter, $count, @rest) = @_;
  my @environment = splice @rest, 0, $count;
  my $pid = fork // die "fork: $!\\n";
  if ($pid == 0) {
    give_up($kind, $nested, $limits, $filter);
    %ENV = map { /^([^=]*)=(.*)$/s } @environment;
    report("ready\\n");
    exec { $rest[0] } @rest;
    my $code = $! + 0 == 2 ? 127 : 126;
    print STDERR "$rest[0]: $!\\n";
    exit $code;
  }
  drop_capabilities();
  1 until waitpid(-1, 0) == $pid;
  my $status = $?;
  my ($signal, $code) = ($status & 127, $status >> 8);
  report($signal ? "by a signal\\nstatus " . (128 + $signal) . "\\n" : "status $code\\n");
  return if $status == 0;
  my ($root, $space) = ('/', "\\0" x 120);
  report(join(' ', 'scratch', (unpack 'q7', $space)[2, 4, 5, 6]) . "\\n") if call('statfs', $root, $space) == 0;
}
open REPORT, '>&=3' or die "report: $!\\n";
fcntl REPORT, 2, 1 or die "report: $!\\n";
umask 022;
my $how = shift @ARGV;
my $groups = shift @ARGV;
$how eq 'build' ? build() : finish();
chdir $ENV{BOX_CWD} or die "$ENV{BOX_CWD}: $!\\n";
# As late as can be: the kernel may still be at what a first entry waits for.
for (my $descriptor = ${FIRST_INHERITED}; $descriptor < ${FIRST_INHERITED} + $groups; $descriptor++) {
  open my $group, ">&=$descriptor" or die "control group: $!\\n";
  defined syswrite $group, '0' or die "control group: $!\\n";
  close $group;
}
payload(@ARGV);
`

/**
 * The first process of a box, as one Perl program: what SETUP_SCRIPT, FINISH_SCRIPT and the chain of programs before the
 * payload do in a dozen processes, and the filter of system calls. Takes the same BOX_* variables. Arguments: `how` again, the
 * number of control groups to enter by descriptors, `root` or `user`, whether the payload gets a user namespace (1 or 0), limits (`resource:soft:hard,...`), the
 * filter in hexadecimal digits or '', the number of the environment's variables, these, and the payload's command line.
 * Perl reads it anew at each command, so it holds only what is asked for.
 */
export function perlScript(architecture: KnownArchitecture, how: 'build' | 'finish', overlays: boolean): string {
  const numbers = Object.entries(NUMBERS[architecture]).map(([name, number]) => `${name} => ${number}`)
  const laying = overlays ? OVERLAYS : 'sub overlays {}'
  const making = how === 'build' ? BUILD : FINISH
  return [`my %nr = (${numbers.join(', ')});`, HELPERS, ETC_AND_MOUNTS, laying, making, GIVE_UP, RUN].join('\n')
}
