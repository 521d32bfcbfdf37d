#include "app/reload_signal.h"

#include <signal.h>

#include <atomic>

namespace matinee::app {

namespace {

std::atomic<bool> g_asked = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a handler may do nothing else");

}  // namespace

ReloadSignal::ReloadSignal() {
    struct sigaction action {};
    action.sa_handler = [](int) { g_asked = true; };
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGHUP, &action, nullptr);
}

ReloadSignal::~ReloadSignal() {
    ::signal(SIGHUP, SIG_DFL);
}

bool ReloadSignal::take() {
    return g_asked.exchange(false);
}

}  // namespace matinee::app
