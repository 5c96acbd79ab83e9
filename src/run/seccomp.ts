// What a sandboxed command may ask of the kernel: the allow list docker's default profile states, as data of our own. What it leaves out
// fails with EPERM (clone3 with ENOSYS, so that C libraries fall back to clone, whose flags a filter can read).

export interface SyscallArgument {
  readonly index: number
  readonly value: number
  readonly valueTwo?: number
  readonly op: 'SCMP_CMP_EQ' | 'SCMP_CMP_LT' | 'SCMP_CMP_MASKED_EQ'
}

export interface SyscallRule {
  readonly names: readonly string[]
  readonly action: 'SCMP_ACT_ALLOW' | 'SCMP_ACT_ERRNO'
  readonly errnoRet?: number
  readonly args?: readonly SyscallArgument[]
}

/** As the OCI runtime-spec has it (config-linux.md, "Seccomp"). */
export interface SeccompProfile {
  readonly defaultAction: 'SCMP_ACT_ERRNO'
  readonly defaultErrnoRet: number
  readonly architectures: readonly string[]
  readonly syscalls: readonly SyscallRule[]
}

const EPERM = 1
const ENOSYS = 38

const always = words(`
  accept accept4 access adjtimex alarm bind brk cachestat capget capset chdir chmod chown chown32
  clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64
  clock_nanosleep clock_nanosleep_time64 close close_range connect copy_file_range creat dup dup2 dup3
  epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old
  eventfd eventfd2 execve execveat exit exit_group faccessat faccessat2 fadvise64 fadvise64_64 fallocate
  fanotify_mark fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat fcntl fcntl64 fdatasync
  fgetxattr flistxattr flock fork fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64 fsync
  ftruncate ftruncate64 futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake futimesat
  get_robust_list get_thread_area getcpu getcwd getdents getdents64 getegid getegid32 geteuid geteuid32
  getgid getgid32 getgroups getgroups32 getitimer getpeername getpgid getpgrp getpid getppid getpriority
  getrandom getresgid getresgid32 getresuid getresuid32 getrlimit getrusage getsid getsockname getsockopt
  gettid gettimeofday getuid getuid32 getxattr getxattrat inotify_add_watch inotify_init inotify_init1
  inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit
  ioctl ioprio_get ioprio_set ipc kill landlock_add_rule landlock_create_ruleset landlock_restrict_self
  lchown lchown32 lgetxattr link linkat listen listmount listxattr listxattrat llistxattr _llseek
  lremovexattr lseek lsetxattr lstat lstat64 madvise map_shadow_stack membarrier memfd_create memfd_secret
  mincore mkdir mkdirat mlock mlock2 mlockall mmap mmap2 mprotect mq_getsetattr mq_notify
  mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink mremap mseal
  msgctl msgget msgrcv msgsnd msync munlock munlockall munmap name_to_handle_at nanosleep newfstatat
  _newselect open openat openat2 pause pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc pkey_free
  pkey_mprotect poll ppoll ppoll_time64 prctl pread64 preadv preadv2 prlimit64 process_mrelease
  process_vm_readv process_vm_writev pselect6 pselect6_time64 ptrace pwrite64 pwritev pwritev2 read
  readahead readlink readlinkat readv recv recvfrom recvmmsg recvmmsg_time64 recvmsg remap_file_pages
  removexattr removexattrat rename renameat renameat2 restart_syscall riscv_hwprobe rmdir rseq
  rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
  rt_sigtimedwait_time64 rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity
  sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64
  sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield seccomp select semctl
  semget semop semtimedop semtimedop_time64 send sendfile sendfile64 sendmmsg sendmsg sendto
  set_robust_list set_thread_area set_tid_address setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32
  setgroups setgroups32 setitimer setpgid setpriority setregid setregid32 setresgid setresgid32 setresuid
  setresuid32 setreuid setreuid32 setrlimit setsid setsockopt setuid setuid32 setxattr setxattrat shmat
  shmctl shmdt shmget shutdown sigaltstack signalfd signalfd4 sigprocmask sigreturn socketcall socketpair
  splice stat stat64 statfs statfs64 statmount statx symlink symlinkat sync sync_file_range syncfs sysinfo
  tee tgkill time timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime
  timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 times
  tkill truncate truncate64 ugetrlimit umask uname unlink unlinkat uretprobe utime utimensat
  utimensat_time64 utimes vfork vmsplice wait4 waitid waitpid write writev
`)

const withCapability: Readonly<Record<string, string>> = {
  CAP_BPF: 'bpf',
  CAP_DAC_READ_SEARCH: 'open_by_handle_at',
  CAP_PERFMON: 'perf_event_open',
  CAP_SYSLOG: 'syslog',
  CAP_SYS_ADMIN: `bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie lsm_get_self_attr lsm_list_modules
    lsm_set_self_attr mount mount_setattr move_mount open_tree perf_event_open quotactl quotactl_fd setdomainname sethostname setns
    syslog umount umount2 unshare`,
  CAP_SYS_BOOT: 'reboot',
  CAP_SYS_CHROOT: 'chroot',
  CAP_SYS_MODULE: 'delete_module finit_module init_module',
  CAP_SYS_NICE: 'get_mempolicy mbind set_mempolicy set_mempolicy_home_node',
  CAP_SYS_PACCT: 'acct',
  CAP_SYS_PTRACE: 'kcmp pidfd_getfd process_madvise',
  CAP_SYS_RAWIO: 'ioperm iopl',
  CAP_SYS_TIME: 'clock_settime clock_settime64 settimeofday stime',
  CAP_SYS_TTY_CONFIG: 'vhangup',
}

/** By `process.arch`: the machine's own architecture and those whose programs it runs too, and calls only it has. */
const machines: Readonly<Record<string, { readonly architectures: string; readonly calls: string }>> = {
  x64: { architectures: 'X86_64 X86 X32', calls: 'arch_prctl modify_ldt' },
  arm64: {
    architectures: 'AARCH64 ARM',
    calls: 'arm_fadvise64_64 arm_sync_file_range breakpoint cacheflush set_tls sync_file_range2',
  },
  arm: {
    architectures: 'ARM',
    calls: 'arm_fadvise64_64 arm_sync_file_range breakpoint cacheflush set_tls sync_file_range2',
  },
  ppc64: { architectures: 'PPC64LE', calls: 'swapcontext sync_file_range2' },
  riscv64: { architectures: 'RISCV64', calls: 'riscv_flush_icache' },
  s390x: { architectures: 'S390X S390', calls: 's390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr' },
  loong64: { architectures: 'LOONGARCH64', calls: '' },
}

/** Linux, Linux with short inodes, both also with uname 2.6, and the question which it is (personality(2)). */
const personalities = [0, 0x8, 0x20000, 0x20008, 0xffffffff]
/** Address families from 12 on that socket(2) gives; missing are those docker's list holds back, AF_ALG (38) and AF_VSOCK (40) among them. */
const highFamilies = [
  13, 14, 15, 16, 17, 18, 21, 22, 24, 26, 27, 28, 29, 30, 31, 32, 33, 35, 36, 39, 41, 42, 43, 44, 45,
]
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET: none may be set (clone(2)). */
const namespaceFlags = 0x7e020000

const fileKind = 0o170000
const [fifo, regular, socketFile, charDevice] = [0o010000, 0o100000, 0o140000, 0o020000]
/** As dev_t of mknod(2): the whiteout 0:0, null, zero, full, random, urandom, tty, console, ptmx. */
const harmlessDevices = [0x000, 0x103, 0x105, 0x107, 0x108, 0x109, 0x500, 0x501, 0x502]

/**
 * mknod(2) for a command without a device cgroup: what is no device, and the devices a container has anyway. Docker lets it make any and
 * has the cgroup refuse to open it.
 */
function mknodRules(): readonly SyscallRule[] {
  return (
    [
      ['mknod', 1],
      ['mknodat', 2],
    ] as const
  ).flatMap(([name, at]) => {
    const kind = (valueTwo: number) =>
      ({ index: at, value: fileKind, valueTwo, op: 'SCMP_CMP_MASKED_EQ' }) as const
    return [
      ...[0, fifo, regular, socketFile].map((value) => allowed(name, kind(value))),
      ...harmlessDevices.map((value) =>
        allowed(name, kind(charDevice), { index: at + 1, value, op: 'SCMP_CMP_EQ' }),
      ),
    ]
  })
}

/** The profile for a machine of architecture `arch` (as `process.arch` names it) and a command with these capabilities; `devices` says who guards them. */
export function seccompProfile(
  arch: string,
  capabilities: readonly string[],
  devices: 'cgroup' | 'seccomp',
): SeccompProfile {
  const machine = machines[arch]
  const calls = [always, words(machine?.calls ?? '')]
  for (const capability of capabilities) calls.push(words(withCapability[capability] ?? ''))
  const syscalls: SyscallRule[] = [
    { names: calls.flat(), action: 'SCMP_ACT_ALLOW' },
    ...(devices === 'seccomp'
      ? mknodRules()
      : [{ names: ['mknod', 'mknodat'], action: 'SCMP_ACT_ALLOW' } as const]),
    ...personalities.map((value) => allowed('personality', { index: 0, value, op: 'SCMP_CMP_EQ' })),
    allowed('socket', { index: 0, value: 12, op: 'SCMP_CMP_LT' }),
    ...highFamilies.map((value) => allowed('socket', { index: 0, value, op: 'SCMP_CMP_EQ' })),
  ]
  if (!capabilities.includes('CAP_SYS_ADMIN')) {
    const index = arch === 's390x' ? 1 : 0
    syscalls.push(allowed('clone', { index, value: namespaceFlags, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }), {
      names: ['clone3'],
      action: 'SCMP_ACT_ERRNO',
      errnoRet: ENOSYS,
    })
  }
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    architectures: words(machine?.architectures ?? '').map((name) => `SCMP_ARCH_${name}`),
    syscalls,
  }
}

function allowed(name: string, ...args: readonly SyscallArgument[]): SyscallRule {
  return { names: [name], action: 'SCMP_ACT_ALLOW', args }
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}
