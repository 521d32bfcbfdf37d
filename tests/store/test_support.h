// What tests of the store, and of what stands on it, share.
#pragma once

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace matinee::test {

// A folder of its own that goes with the test.
class TempFolder {
  public:
    TempFolder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "matinee-test-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder: " + name);
        path_ = name;
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(const std::filesystem::path& name) const {
        return path_ / name;
    }

  private:
    std::filesystem::path path_;
};

// A clock that stands until told. Thread-safe.
class FakeClock final : public base::Clock {
  public:
    [[nodiscard]] Instant now() const override {
        return Instant(std::chrono::milliseconds(ms_.load()));
    }
    void advance(std::chrono::milliseconds by) { ms_ += by.count(); }

  private:
    std::atomic<std::int64_t> ms_{1'795'000'000'000};  // 2026-11-18
};

// The value, or an exception that says what went wrong: for what a test takes for granted.
template <typename T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().to_string());
    if constexpr (!std::is_void_v<T>) return std::move(result).value();
}

}  // namespace matinee::test
