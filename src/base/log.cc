#include "base/log.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>

#include "base/clock.h"
#include "base/utf8.h"

namespace matinee::base::log {

namespace {

std::atomic<Level> g_level{Level::kInfo};

std::string_view name_of(Level level) {
    switch (level) {
        case Level::kDebug:
            return "debug";
        case Level::kInfo:
            return "info";
        case Level::kWarning:
            return "warning";
        case Level::kError:
            return "error";
    }
    return "info";
}

// One write() a line: lines of several threads and processes do not mix. A log that cannot be
// written (disk full, closed terminal) has nowhere to be reported to.
void write_line(std::string_view line) {
    while (!line.empty()) {
        const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
        if (written < 0) {
            if (errno == EINTR) continue;
            return;
        }
        line.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace

Field::Field(std::string_view name, std::string_view value)
    : name_(name), json_(json_string(value)) {}

void set_level(Level level) {
    g_level.store(level, std::memory_order_relaxed);
}

bool enabled(Level level) {
    return level >= g_level.load(std::memory_order_relaxed);
}

void write(Level level, std::string_view message, Fields fields) {
    if (!enabled(level)) return;
    std::string line =
        fmt::format(R"({{"time":"{}","level":"{}","message":{})", to_rfc3339(SystemClock().now()),
                    name_of(level), json_string(message));
    for (const Field& field : fields) {
        line += fmt::format(R"(,"{}":{})", field.name(), field.json());
    }
    line += "}\n";
    write_line(line);
}

std::string json_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : to_valid_utf8(text)) {
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) {
                    out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
                } else {
                    out += c;
                }
        }
    }
    out += '"';
    return out;
}

}  // namespace matinee::base::log
