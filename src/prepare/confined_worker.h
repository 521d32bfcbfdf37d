// The worker program's own confinement: what a sandbox for one film is.
#pragma once

#include "base/result.h"
#include "prepare/sandbox.h"
#include "prepare/worker.h"

namespace matinee::prepare {

// What preparing `options` needs: decoding_confinement(), the source, the subtitles to be drawn,
// and the folder that the output stands in, where the work is done as well.
Confinement worker_confinement(const WorkerOptions& options, SandboxMode mode,
                               const Limits& limits);

// Confines this process for preparing `options` and nothing else. GStreamer's list of plugins is
// brought up to date before, by a child, since later it cannot be written. Errors are those of
// confine(). The process has one thread.
Result<SandboxLevel> confine_worker(const WorkerOptions& options, SandboxMode mode,
                                    const Limits& limits);

// From now on memory or a thread that is not to be had, in C++ or in GLib, ends the process with
// exit status 1 and `last_words` on standard output. Libraries that see malloc fail by themselves
// may still crash, or report a damaged file.
void when_out_of_memory(std::string last_words);

// What try_sandbox() finds, for `matinee doctor`: {"sandbox": "full"}, or {"error": "..."}.
std::string sandbox_json();

}  // namespace matinee::prepare
