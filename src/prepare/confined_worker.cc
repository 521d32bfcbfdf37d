#include "prepare/confined_worker.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>
#include <system_error>

#include "base/log.h"
#include "prepare/gst.h"

namespace matinee::prepare {
namespace {

namespace fs = std::filesystem;

// Reads all plugins again if some have changed, and writes down what they have. In a child, since
// GStreamer starts threads. When it fails, so will GStreamer in this process, which can say why.
Result<void> update_plugin_registry() {
    const pid_t child = ::fork();
    if (child < 0) {
        return fail(ErrorCode::kExhausted, "no process can be started: {}",
                    std::generic_category().message(errno));
    }
    if (child == 0) {
        [[maybe_unused]] const auto ignored = init_gstreamer();
        ::_exit(0);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return {};
}

// Of the process, since its end is. Made beforehand: there is no memory left when it is needed.
std::string& last_words() {
    static auto* const words = new std::string;
    return *words;
}

[[noreturn]] void end_out_of_memory() {
    const std::string& words = last_words();
    // A line of its own, also after one that was cut short.
    [[maybe_unused]] const ssize_t ignored = ::write(STDOUT_FILENO, words.data(), words.size());
    ::_exit(EXIT_FAILURE);
}

// GLib ends the process after these, GStreamer waits for the thread that never came.
void on_glib_message(const gchar* domain, GLogLevelFlags level, const gchar* message,
                     gpointer data) noexcept {
    for (const char* words : {"failed to allocate", "creating thread", "failed to create thread"}) {
        if (std::strstr(message, words)) end_out_of_memory();
    }
    g_log_default_handler(domain, level, message, data);
}

}  // namespace

Confinement worker_confinement(const WorkerOptions& options, SandboxMode mode,
                               const Limits& limits) {
    Confinement confinement = decoding_confinement(mode);
    confinement.limits = limits;
    std::error_code error;
    confinement.readable.push_back(options.source);
    if (!options.subtitles.empty()) confinement.readable.push_back(options.subtitles);
    if (!options.plain.empty()) confinement.readable.push_back(options.plain);
    const fs::path output = fs::absolute(options.output, error).lexically_normal();
    const fs::path target = output.has_filename() ? output : output.parent_path();
    confinement.writable.push_back(target.parent_path());
    return confinement;
}

Result<SandboxLevel> confine_worker(const WorkerOptions& options, SandboxMode mode,
                                    const Limits& limits) {
    TRY(update_plugin_registry());
    // Nothing that asks other processes, and no second scan of plugins.
    ::setenv("GST_REGISTRY_UPDATE", "no", 1);
    ::setenv("GST_REGISTRY_FORK", "no", 1);
    ::setenv("GIO_USE_VFS", "local", 1);
    ::setenv("GSETTINGS_BACKEND", "memory", 1);
    const Confinement confinement = worker_confinement(options, mode, limits);
    for (const fs::path& folder : confinement.writable) {
        std::error_code error;
        fs::create_directories(folder, error);  // where it cannot, the work says so
    }
    return confine(confinement);
}

std::string sandbox_json() {
    const auto level = try_sandbox();
    return level ? fmt::format(R"({{"sandbox":"{}"}})", to_string(*level))
                 : fmt::format(R"({{"error":{}}})", log::json_string(level.error().to_string()));
}

void when_out_of_memory(std::string words) {
    last_words() = "\n" + std::move(words) + "\n";
    std::set_new_handler(end_out_of_memory);
    g_log_set_default_handler(on_glib_message, nullptr);
}

}  // namespace matinee::prepare
