// What the parts of the store share. Only for src/store.
#pragma once

#include <array>
#include <exception>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <soci/soci.h>

#include "store/dialect.h"
#include "store/store.h"
#include "store/transaction.h"

namespace matinee::store {

// SOCI's name for std::int64_t.
using Int = long long;

inline Int ms_of(Instant instant) {
    return instant.time_since_epoch().count();
}
inline Instant instant_of(Int ms) {
    return Instant(std::chrono::milliseconds(ms));
}

inline constexpr std::array kEntryStates{EntryState::kNew, EntryState::kQueued,
                                         EntryState::kPreparing, EntryState::kReady,
                                         EntryState::kFailed};
inline constexpr std::array kEntryKinds{EntryKind::kFilm, EntryKind::kCard, EntryKind::kSlate};

// Milliseconds, then a counter, then chance: in the order of creation within one process, nearly
// so between several, and never twice. Safe as a file name.
std::string make_id(Instant now);

// The enumerator of `values` that is called `name`. The schema's CHECKs keep others out, so one
// that is not there means a damaged database.
template <typename Enum, std::size_t kCount>
Result<Enum> parse_enum(std::string_view name, const std::array<Enum, kCount>& values) {
    for (const Enum value : values) {
        if (to_string(value) == name) return value;
    }
    return fail(ErrorCode::kInternal, "the database holds an unknown word: {}", name);
}

// Store::splice_airings within a transaction that does more.
Result<void> splice_within(soci::session& sql, Instant now, const std::string& channel_id,
                           const Splice& splice);

// Store::upsert_entry and Store::find_entry, likewise.
void put_entry(soci::session& sql, Instant now, const EntryDescription& entry);
Result<Entry> the_entry(soci::session& sql, const std::string& id);

bool has_channel(soci::session& sql, const std::string& id);
// kNotFound when there is none.
Result<void> expect_channel(soci::session& sql, const std::string& id);

// Store::append_as_run within a transaction that does more.
void put_as_run(soci::session& sql, std::span<const playout::AsRunRecord> records);

// kNotFound unless `id` is empty or there is such a playlist.
Result<void> expect_playlist_if_any(soci::session& sql, const std::string& id);

// What a publication does to a channel, within its transaction.
Result<void> edit_within(soci::session& sql, Instant now, const ChannelEdit& edit);

struct Store::Impl {
    Impl(std::filesystem::path path, const base::Clock& time)
        : file(std::move(path)), clock(time), pool(kConnections) {}

    [[nodiscard]] Instant now() const { return clock.now(); }

    Result<void> open();

    // Runs `body(session)` in a transaction that is committed when it returns a value. Exceptions
    // end here.
    template <typename Body>
    auto read(Body&& body) -> std::invoke_result_t<Body, soci::session&> {
        return run(Access::kRead, std::forward<Body>(body));
    }
    template <typename Body>
    auto write(Body&& body) -> std::invoke_result_t<Body, soci::session&> {
        // The database has one writer. Threads of this process queue up here, since waiting for
        // a lock in SQLite is polling.
        const std::lock_guard lock(writing);
        return run(Access::kWrite, std::forward<Body>(body));
    }

    static constexpr std::size_t kConnections = 4;

    const std::filesystem::path file;
    const base::Clock& clock;
    soci::connection_pool pool;
    std::mutex writing;

  private:
    template <typename Body>
    auto run(Access access, Body&& body) -> std::invoke_result_t<Body, soci::session&> {
        try {
            soci::session sql(pool);
            Transaction transaction(sql, access);
            auto result = body(sql);
            if (result) transaction.commit();
            return result;
        } catch (const std::exception& error) {
            return fail(code_of(error), "database {}: {}", file.string(), error.what());
        }
    }
};

}  // namespace matinee::store
