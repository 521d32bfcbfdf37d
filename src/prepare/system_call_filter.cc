#include "prepare/system_call_filter.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>
#include <vector>

namespace matinee::prepare {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArchitecture = 0;  // numbers of system calls are not known to be right
#endif

// The newest call these tables have thought about (futex_waitv). Later ones do not exist for a
// confined process: libraries must get along without on older kernels anyway.
constexpr std::uint32_t kNewestKnown = 449;

// Refused whatever the arguments.
constexpr std::array kRefused = {
    // The network, and whatever listens on this machine.
    __NR_socket,
    __NR_connect,
    __NR_bind,
    __NR_listen,
    __NR_accept,
    __NR_accept4,
    // Other programs.
    __NR_execve,
    __NR_execveat,
#ifdef __NR_fork
    __NR_fork,
    __NR_vfork,
#endif
    // Other processes.
    __NR_kill,
    __NR_tkill,
    __NR_rt_sigqueueinfo,
    __NR_rt_tgsigqueueinfo,
    __NR_pidfd_open,
    __NR_pidfd_getfd,
    __NR_pidfd_send_signal,
    __NR_ptrace,
    __NR_process_vm_readv,
    __NR_process_vm_writev,
    __NR_process_madvise,
    __NR_process_mrelease,
    __NR_kcmp,
    __NR_migrate_pages,
    __NR_move_pages,
    __NR_setpriority,
    __NR_ioprio_set,
    // Memory that outlives the process, and messages.
    __NR_shmget,
    __NR_msgget,
    __NR_semget,
    __NR_mq_open,
    __NR_mq_unlink,
// What Landlock does not see: properties of files that it may not open.
#ifdef __NR_chmod
    __NR_chmod,
    __NR_chown,
    __NR_lchown,
    __NR_utime,
    __NR_utimes,
    __NR_futimesat,
    __NR_mknod,
#endif
    __NR_fchmod,
    __NR_fchmodat,
    __NR_fchown,
    __NR_fchownat,
    __NR_utimensat,
    __NR_mknodat,
    __NR_setxattr,
    __NR_lsetxattr,
    __NR_fsetxattr,
    __NR_removexattr,
    __NR_lremovexattr,
    __NR_fremovexattr,
    __NR_truncate,
    // Files by other ways than their name; file systems.
    __NR_name_to_handle_at,
    __NR_open_by_handle_at,
    __NR_fanotify_init,
    __NR_mount,
    __NR_umount2,
    __NR_pivot_root,
    __NR_chroot,
    __NR_open_tree,
    __NR_move_mount,
    __NR_mount_setattr,
    __NR_fsopen,
    __NR_fsconfig,
    __NR_fsmount,
    __NR_fspick,
    __NR_quotactl,
    __NR_quotactl_fd,
    __NR_swapon,
    __NR_swapoff,
    __NR_acct,
    // Namespaces and identities.
    __NR_unshare,
    __NR_setns,
    __NR_setuid,
    __NR_setgid,
    __NR_setreuid,
    __NR_setregid,
    __NR_setresuid,
    __NR_setresgid,
    __NR_setgroups,
    __NR_setfsuid,
    __NR_setfsgid,
    __NR_capset,
    __NR_setsid,
    __NR_setpgid,
    // Parts of the kernel that are large, rarely used, and have been broken before.
    __NR_bpf,
    __NR_perf_event_open,
    __NR_userfaultfd,
    __NR_io_uring_setup,
    __NR_io_uring_enter,
    __NR_io_uring_register,
    __NR_keyctl,
    __NR_add_key,
    __NR_request_key,
    __NR_vmsplice,
#ifdef __NR_modify_ldt
    __NR_modify_ldt,
    __NR_iopl,
    __NR_ioperm,
#endif
    __NR_personality,
    // The machine.
    __NR_kexec_load,
#ifdef __NR_kexec_file_load
    __NR_kexec_file_load,
#endif
    __NR_init_module,
    __NR_finit_module,
    __NR_delete_module,
    __NR_reboot,
    __NR_syslog,
    __NR_settimeofday,
    __NR_clock_settime,
    __NR_adjtimex,
    __NR_clock_adjtime,
    __NR_sethostname,
    __NR_setdomainname,
    __NR_vhangup,
};

constexpr std::uint32_t kAllow = SECCOMP_RET_ALLOW;
constexpr std::uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;
constexpr std::uint32_t kMissing = SECCOMP_RET_ERRNO | ENOSYS;

constexpr std::uint32_t kNumberAt = offsetof(seccomp_data, nr);
constexpr std::uint32_t kArchitectureAt = offsetof(seccomp_data, arch);

// The lower half of an argument: all flags and numbers looked at here fit into it.
constexpr std::uint32_t argument_at(std::uint32_t index) {
    static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
    return offsetof(seccomp_data, args) + index * sizeof(std::uint64_t);
}

// A program in the making. Each rule reads what it compares by itself.
class Program {
  public:
    void load(std::uint32_t offset) { add(BPF_LD | BPF_W | BPF_ABS, offset); }
    void end(std::uint32_t verdict) { add(BPF_RET | BPF_K, verdict); }
    void if_equal(std::uint32_t value, std::uint32_t verdict) {
        add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
        end(verdict);
    }
    void unless_equal(std::uint32_t value, std::uint32_t verdict) {
        add(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0);
        end(verdict);
    }
    void if_above(std::uint32_t value, std::uint32_t verdict) {
        add(BPF_JMP | BPF_JGT | BPF_K, value, 0, 1);
        end(verdict);
    }
    void unless_any_bit(std::uint32_t bits, std::uint32_t verdict) {
        add(BPF_JMP | BPF_JSET | BPF_K, bits, 1, 0);
        end(verdict);
    }

    // `rules` for one system call, after which it is allowed. The number is loaded before and,
    // where the call is another, after.
    template <typename Rules>
    void for_call(std::uint32_t number, Rules&& rules) {
        const std::size_t jump = code_.size();
        add(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 0);
        rules();
        end(kAllow);
        code_[jump].jf = static_cast<std::uint8_t>(code_.size() - jump - 1);
    }

    [[nodiscard]] std::vector<sock_filter>& code() { return code_; }

  private:
    void add(int operation, std::uint32_t value, std::uint8_t jump_if = 0,
             std::uint8_t jump_else = 0) {
        code_.push_back({static_cast<std::uint16_t>(operation), jump_if, jump_else, value});
    }
    std::vector<sock_filter> code_;
};

std::vector<sock_filter> filter_program() {
    Program program;
    program.load(kArchitectureAt);
    program.unless_equal(kArchitecture, SECCOMP_RET_KILL_PROCESS);
    program.load(kNumberAt);
    // Among those are the calls of x32, the other way into the same kernel.
    program.if_above(kNewestKnown, kMissing);
    for (const auto number : kRefused) {
        program.if_equal(static_cast<std::uint32_t>(number), kRefuse);
    }
    // Its flags lie in memory, where a filter cannot look: the C library then uses clone.
    program.if_equal(__NR_clone3, kMissing);
    program.for_call(__NR_clone, [&] {
        program.load(argument_at(0));
        program.unless_any_bit(CLONE_THREAD, kRefuse);
    });
    // abort() signals its own process.
    program.for_call(__NR_tgkill, [&] {
        program.load(argument_at(0));
        program.unless_equal(static_cast<std::uint32_t>(::getpid()), kRefuse);
    });
    // A terminal that was inherited must not be typed into.
    program.for_call(__NR_ioctl, [&] {
        program.load(argument_at(1));
        program.if_equal(TIOCSTI, kRefuse);
        program.if_equal(TIOCSETD, kRefuse);
        program.if_equal(TIOCLINUX, kRefuse);
    });
    // Of other processes. The C library reads limits with it, of process 0: this one.
    program.for_call(__NR_prlimit64, [&] {
        program.load(argument_at(0));
        program.if_equal(0, kAllow);
        program.unless_equal(static_cast<std::uint32_t>(::getpid()), kRefuse);
    });
    program.end(kAllow);
    return std::move(program.code());
}

}  // namespace

bool can_filter_system_calls() {
    if constexpr (kArchitecture == 0) return false;
    const std::uint32_t action = SECCOMP_RET_ERRNO;
    return ::syscall(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

Result<void> filter_system_calls() {
    if (!can_filter_system_calls()) {
        return fail(ErrorCode::kUnsupported, "this kernel cannot filter system calls");
    }
    std::vector<sock_filter> code = filter_program();
    const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
    if (::syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) {
        return fail(ErrorCode::kInternal, "system calls cannot be filtered: {}",
                    std::generic_category().message(errno));
    }
    return {};
}

}  // namespace matinee::prepare
