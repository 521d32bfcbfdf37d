// The data folder, opened: where everything of one matinee is.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/config.h"
#include "base/clock.h"
#include "base/result.h"
#include "library/library.h"
#include "store/store.h"

namespace matinee::app {

// In the data folder: the configuration, what links are signed with, and what the keys of
// encrypted channels come from.
inline constexpr const char* kConfigFile = "matinee.toml";
inline constexpr const char* kLinkKeyFile = "links.key";
inline constexpr const char* kMediaKeyFile = "media.key";

// There as well: uploads that are not complete, and what came of others.
inline constexpr const char* kUploadsFolder = "uploads";
inline constexpr const char* kFilmsFolder = "films";

// And cards, as they were filled in.
inline constexpr const char* kCardsFolder = "cards";

struct Workspace {
    std::filesystem::path folder;
    Config config;
    std::unique_ptr<base::Clock> clock;
    std::unique_ptr<store::Store> store;
    std::unique_ptr<library::Library> library;

    // Opens `folder`, making what is missing; empty for the default folder.
    static Result<Workspace> open(const std::filesystem::path& folder);

    // The program that prepares files, beside this one.
    static std::vector<std::string> worker_command();
};

// A file that says which process serves this folder, held for as long as it does: two servers on
// one folder would both extend its channels, on one port.
class ServerLock {
  public:
    // kConflict, naming the process, when another server holds it.
    static Result<ServerLock> take(const std::filesystem::path& folder);
    // Since when a server holds it; unset when none does. Does not keep one from starting.
    static std::optional<Instant> held_since(const std::filesystem::path& folder);
    ServerLock(ServerLock&& other) noexcept;
    ServerLock& operator=(ServerLock&&) = delete;
    ~ServerLock();

  private:
    explicit ServerLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace matinee::app
