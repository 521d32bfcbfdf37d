#include "prepare/pipeline_text.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace matinee::prepare {
namespace {

bool is_placeholder_name(std::string_view name) {
    if (name.empty() || name.front() < 'a' || name.front() > 'z') return false;
    return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
           std::string_view::npos;
}

// Comment lines become empty lines, so that line numbers in messages stay true.
std::string without_comments(std::string_view text) {
    std::string kept;
    kept.reserve(text.size());
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        const std::size_t first = line.find_first_not_of(" \t");
        if (first == std::string_view::npos || line[first] != '#') kept += line;
        if (end < text.size()) kept += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return kept;
}

}  // namespace

Result<std::string> fill_template(std::string_view name, std::string_view text,
                                  const Values& values) {
    const std::string kept = without_comments(text);
    std::string filled;
    std::set<std::string, std::less<>> used;
    std::size_t line = 1;
    for (std::size_t at = 0; at < kept.size(); ++at) {
        if (kept[at] == '\n') ++line;
        if (kept[at] == '}') {
            return fail(ErrorCode::kInvalid, "{}, line {}: '}}' without '{{'", name, line);
        }
        if (kept[at] != '{') {
            filled += kept[at];
            continue;
        }
        const std::size_t close = kept.find('}', at);
        const std::string_view placeholder =
            close == std::string::npos ? std::string_view()
                                       : std::string_view(kept).substr(at + 1, close - at - 1);
        if (!is_placeholder_name(placeholder)) {
            return fail(ErrorCode::kInvalid,
                        "{}, line {}: '{{' must begin a placeholder such as {{width}}", name, line);
        }
        const auto value = values.find(placeholder);
        if (value == values.end()) {
            return fail(ErrorCode::kInvalid, "{}, line {}: there is no placeholder {{{}}} here",
                        name, line, placeholder);
        }
        filled += value->second;
        used.insert(value->first);
        at = close;
    }
    for (const auto& [placeholder, value] : values) {
        if (!used.contains(placeholder)) {
            return fail(ErrorCode::kInvalid,
                        "{}: the placeholder {{{}}} is missing; put it back where it belongs", name,
                        placeholder);
        }
    }
    return filled;
}

Result<std::string> pipelines_directory() {
    namespace fs = std::filesystem;
    std::error_code ignored;  // is_directory says no
    if (const char* chosen = std::getenv("MATINEE_PIPELINES"); chosen && *chosen) {
        if (fs::is_directory(chosen, ignored)) return std::string(chosen);
        return fail(ErrorCode::kNotFound, "MATINEE_PIPELINES={}: is not a folder", chosen);
    }
    for (const char* candidate : {MATINEE_INSTALLED_PIPELINES, MATINEE_SOURCE_PIPELINES}) {
        if (fs::is_directory(candidate, ignored)) return std::string(candidate);
    }
    return fail(ErrorCode::kNotFound,
                "{}: the pipeline descriptions are not there; install matinee again or set "
                "MATINEE_PIPELINES",
                MATINEE_INSTALLED_PIPELINES);
}

Result<std::string> load_pipeline(std::string_view name, const Values& values) {
    const std::string path =
        (std::filesystem::path(TRY(pipelines_directory())) / (std::string(name) + ".gst")).string();
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file) return fail(ErrorCode::kNotFound, "{}: cannot be read", path);
    return fill_template(path, text, values);
}

Result<std::string> load_card_template(std::string_view name) {
    namespace fs = std::filesystem;
    const fs::path folder = fs::path(TRY(pipelines_directory())) / "cards";
    std::ifstream file;
    if (is_placeholder_name(name)) {
        file.open(folder / (std::string(name) + ".svg"), std::ios::binary);
    }
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (file.is_open() && file) return text;
    std::set<std::string> names;
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        if (entry->path().extension() == ".svg") names.insert(entry->path().stem().string());
    }
    return fail(ErrorCode::kNotFound, "there is no card template \"{}\" in {}; there are: {}", name,
                folder.string(), fmt::join(names, ", "));
}

}  // namespace matinee::prepare
