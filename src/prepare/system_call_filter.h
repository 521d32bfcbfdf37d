// Which system calls a confined process is refused: seccomp, as a program of the classic BPF that
// the kernel runs on each of them.
#pragma once

#include <sys/types.h>

#include "base/result.h"

namespace matinee::prepare {

// Whether the kernel, and this processor's table below, have it.
bool can_filter_system_calls();

// Installs the filter in the calling thread and all it starts, for good. What is refused fails
// with EPERM (ENOSYS where a program is then to take an older way), so that a library goes on
// without. Needs no-new-privileges. kUnsupported when can_filter_system_calls() is false.
Result<void> filter_system_calls();

}  // namespace matinee::prepare
