#define _GNU_SOURCE
#include "CSystemCallTrap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the trap knows x86-64 and AArch64"
#endif

// A call with this value where no call has an argument comes from the handler itself and is let through.
static unsigned long cookie;
static const char *allowed[8];
static int allowed_count;
static atomic_int caught;
static char first[256];

// `path` and `flags` are the numbers of the arguments that hold them, -1 for none.
struct watched {
    int number;
    const char *name;
    int path;
    int flags;
};

static const struct watched calls[] = {
#ifdef SYS_open
    {SYS_open, "open", 0, 1},
    {SYS_creat, "creat", 0, -1},
    {SYS_stat, "stat", 0, -1},
    {SYS_lstat, "lstat", 0, -1},
    {SYS_access, "access", 0, -1},
    {SYS_mkdir, "mkdir", 0, -1},
    {SYS_rmdir, "rmdir", 0, -1},
    {SYS_unlink, "unlink", 0, -1},
    {SYS_rename, "rename", 0, -1},
    {SYS_link, "link", 0, -1},
    {SYS_symlink, "symlink", 0, -1},
    {SYS_chmod, "chmod", 0, -1},
    {SYS_chown, "chown", 0, -1},
    {SYS_mknod, "mknod", 0, -1},
    {SYS_fork, "fork", -1, -1},
    {SYS_vfork, "vfork", -1, -1},
#endif
    {SYS_openat, "openat", 1, 2},
#ifdef SYS_openat2
    {SYS_openat2, "openat2", 1, -1},
#endif
    {SYS_newfstatat, "newfstatat", 1, -1},
    {SYS_statx, "statx", 1, -1},
    {SYS_faccessat, "faccessat", 1, -1},
#ifdef SYS_faccessat2
    {SYS_faccessat2, "faccessat2", 1, -1},
#endif
    {SYS_mkdirat, "mkdirat", 1, -1},
    {SYS_unlinkat, "unlinkat", 1, -1},
    {SYS_renameat, "renameat", 1, -1},
    {SYS_renameat2, "renameat2", 1, -1},
    {SYS_linkat, "linkat", 1, -1},
    {SYS_symlinkat, "symlinkat", 0, -1},
    {SYS_fchmodat, "fchmodat", 1, -1},
    {SYS_fchownat, "fchownat", 1, -1},
    {SYS_mknodat, "mknodat", 1, -1},
    {SYS_truncate, "truncate", 0, -1},
    {SYS_chdir, "chdir", 0, -1},
    {SYS_socket, "socket", -1, -1},
    {SYS_socketpair, "socketpair", -1, -1},
    {SYS_connect, "connect", -1, -1},
    {SYS_bind, "bind", -1, -1},
    {SYS_listen, "listen", -1, -1},
    {SYS_execve, "execve", 0, -1},
    {SYS_execveat, "execveat", 1, -1},
    {SYS_kill, "kill", -1, -1},
    {SYS_ptrace, "ptrace", -1, -1},
    {SYS_mount, "mount", 1, -1},
#ifdef SYS_io_uring_setup
    {SYS_io_uring_setup, "io_uring_setup", -1, -1},
#endif
};

static const struct watched *find(int number) {
    for (size_t index = 0; index < sizeof calls / sizeof *calls; index++) {
        if (calls[index].number == number) return &calls[index];
    }
    return NULL;
}

static int is_readable(const char *path) {
    if (strstr(path, "/..") != NULL) return 0;
    for (int index = 0; index < allowed_count; index++) {
        if (strncmp(path, allowed[index], strlen(allowed[index])) == 0) return 1;
    }
    return 0;
}

// The calls that only look: these may reach what is allowed.
static int only_reads(const struct watched *call, const unsigned long *arguments) {
    if (call->flags >= 0) return (arguments[call->flags] & (O_ACCMODE | O_CREAT | O_TRUNC)) == O_RDONLY;
    switch (call->number) {
#ifdef SYS_stat
    case SYS_stat:
    case SYS_lstat:
    case SYS_access:
#endif
    case SYS_newfstatat:
    case SYS_statx:
    case SYS_faccessat:
        return 1;
    default: return 0;
    }
}

static void handle(int signal_number, siginfo_t *info, void *context) {
    (void)signal_number;
    int saved = errno;
    ucontext_t *machine = context;
#if defined(__x86_64__)
    greg_t *r = machine->uc_mcontext.gregs;
    unsigned long arguments[] = {r[REG_RDI], r[REG_RSI], r[REG_RDX], r[REG_R10], r[REG_R8]};
#else
    unsigned long *r = (unsigned long *)machine->uc_mcontext.regs;
    unsigned long arguments[] = {r[0], r[1], r[2], r[3], r[4]};
#endif
    const struct watched *call = find(info->si_syscall);
    const char *path = call != NULL && call->path >= 0 ? (const char *)arguments[call->path] : NULL;
    long result = -EPERM;
    if (path != NULL && only_reads(call, arguments) && is_readable(path)) {
        result = syscall(info->si_syscall, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], cookie);
        if (result < 0) result = -errno;
    } else if (atomic_fetch_add(&caught, 1) == 0) {
        snprintf(first, sizeof first, "%s %.200s", call != NULL ? call->name : "clone", path != NULL ? path : "");
    }
#if defined(__x86_64__)
    r[REG_RAX] = result;
#else
    r[0] = (unsigned long)result;
#endif
    errno = saved;
}

#define FIELD(name) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name))
#define LOW(number) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[number]))
#define HIGH(number) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[number]) + 4)
#define SAME(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define ANY(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (value), (yes), (no))
#define END(value) BPF_STMT(BPF_RET | BPF_K, (value))

int trap_install(const char *const *prefixes, int count) {
    if (count > 8) return EINVAL;
    for (int index = 0; index < count; index++) allowed[index] = prefixes[index];
    allowed_count = count;
    if (getrandom(&cookie, sizeof cookie, 0) != sizeof cookie) return EIO;

    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | SA_NODEFER};
    if (sigaction(SIGSYS, &action, NULL) != 0) return errno;

    struct sock_filter filter[256];
    int n = 0;
#define ADD(...)                                                   \
    do {                                                           \
        struct sock_filter part[] = {__VA_ARGS__};                 \
        memcpy(&filter[n], part, sizeof part);                     \
        n += (int)(sizeof part / sizeof *part);                    \
    } while (0)
    ADD(FIELD(arch), SAME(ARCHITECTURE, 1, 0), END(SECCOMP_RET_KILL_PROCESS));
    // The handler's own calls.
    ADD(LOW(5), SAME((unsigned)cookie, 0, 3), HIGH(5), SAME((unsigned)(cookie >> 32), 0, 1), END(SECCOMP_RET_ALLOW));
    ADD(FIELD(nr));
    // Threads may be made, processes may not. The C library falls back to clone, whose flags can be read.
    ADD(SAME(SYS_clone3, 0, 1), END(SECCOMP_RET_ERRNO | ENOSYS));
    ADD(SAME(SYS_clone, 0, 4), LOW(0), ANY(CLONE_THREAD, 0, 1), END(SECCOMP_RET_ALLOW), END(SECCOMP_RET_TRAP));
    // What is asked of an open file has an empty path.
    ADD(SAME(SYS_newfstatat, 0, 4), LOW(3), ANY(AT_EMPTY_PATH, 0, 1), END(SECCOMP_RET_ALLOW), END(SECCOMP_RET_TRAP));
    ADD(SAME(SYS_statx, 0, 4), LOW(2), ANY(AT_EMPTY_PATH, 0, 1), END(SECCOMP_RET_ALLOW), END(SECCOMP_RET_TRAP));
    for (size_t index = 0; index < sizeof calls / sizeof *calls; index++) {
        ADD(SAME(calls[index].number, 0, 1), END(SECCOMP_RET_TRAP));
    }
    ADD(END(SECCOMP_RET_ALLOW));

    struct sock_fprog program = {.len = (unsigned short)n, .filter = filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) != 0) return errno;
    return 0;
}

int trap_caught(void) { return atomic_load(&caught); }

const char *trap_first(void) { return first; }

void trap_reset(void) {
    atomic_store(&caught, 0);
    first[0] = 0;
}

int trap_self_test(void) {
    int found = 0;
    trap_reset();
    if (open("/etc/passwd", O_RDONLY) < 0 && trap_caught() == 1) found++;
    trap_reset();
    if (socket(AF_INET, SOCK_STREAM, 0) < 0 && trap_caught() == 1) found++;
    trap_reset();
    struct stat status;
    if (stat("/etc/passwd", &status) < 0 && trap_caught() == 1) found++;
    trap_reset();
    if (syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) < 0 && trap_caught() == 1) found++;
    trap_reset();
    return found;
}
