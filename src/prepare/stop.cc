#include "prepare/stop.h"

namespace matinee::prepare {
namespace {

// A signal handler has no argument of its own.
std::atomic<StopFlag*> signalled = nullptr;

void on_signal(int) {
    if (StopFlag* stop = signalled.load()) stop->request();
}

}  // namespace

StopOnSignals::StopOnSignals(StopFlag& stop) {
    signalled = &stop;
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, &old_terminate_);
    sigaction(SIGINT, &action, &old_interrupt_);
}

StopOnSignals::~StopOnSignals() {
    sigaction(SIGTERM, &old_terminate_, nullptr);
    sigaction(SIGINT, &old_interrupt_, nullptr);
    signalled = nullptr;
}

}  // namespace matinee::prepare
