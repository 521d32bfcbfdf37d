#include "app/stop_signals.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace matinee::app {

namespace {

// Both ends of the pipe that a handler writes to: the one thing it may do.
std::array<int, 2> g_pipe = {-1, -1};

constexpr std::array kSignals = {SIGINT, SIGTERM};

void note_signal(int) {
    const int saved = errno;
    // A full pipe has been written to: that is all there is to know.
    [[maybe_unused]] const ssize_t written = ::write(g_pipe[1], "", 1);
    errno = saved;
}

}  // namespace

StopSignals::StopSignals() {
    if (::pipe2(g_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) return;  // signals keep their default
    struct sigaction action {};
    action.sa_handler = note_signal;
    action.sa_flags = SA_RESTART;
    for (const int signal : kSignals) {
        ::sigaction(signal, &action, nullptr);
    }
}

StopSignals::~StopSignals() {
    for (const int signal : kSignals) {
        ::signal(signal, SIG_DFL);
    }
    for (int& end : g_pipe) {
        if (end >= 0) ::close(end);
        end = -1;
    }
}

bool StopSignals::wait_for(std::chrono::milliseconds timeout) const {
    pollfd readable{g_pipe[0], POLLIN, 0};
    // The byte stays in the pipe: once stopped, always stopped.
    return ::poll(&readable, 1, static_cast<int>(timeout.count())) > 0;
}

void StopSignals::wait() const {
    while (!wait_for(std::chrono::hours(1))) {
    }
}

}  // namespace matinee::app
