// Rows about review rounds.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "review/scoring.h"

namespace matinee::store {

struct ReviewRound {
    std::string id;            // slug
    std::int64_t version = 0;  // of titles, criteria and whether it is closed: 1, 2, 3 ...
    review::Texts titles;
    std::vector<review::Criterion> criteria;
    std::uint64_t seed = 0;  // of the jurors' orders; below 2^63
    bool closed = false;     // jurors may not watch nor write any more
    Instant created;
    Instant updated;

    bool operator==(const ReviewRound&) const = default;
};

// A film of a round.
struct ReviewEntry {
    std::string entry_id;
    std::int64_t batch = 0;  // films that were assigned together have one: 0, 1, 2 ...
    std::int64_t place = 0;  // within the batch: 0, 1, 2 ...
    bool withdrawn = false;

    bool operator==(const ReviewEntry&) const = default;
};

struct Juror {
    std::string id;
    std::string round_id;
    std::int64_t number = 0;  // 0, 1, 2 ... in the round; never used again
    std::string name;
    std::string link_id;  // either this
    std::string user_id;  // or this
    bool removed = false;
    Instant created;
    std::map<std::string, std::string> conflicts;  // entry -> reason, or ""

    bool operator==(const Juror&) const = default;
};

struct ReviewSheet {
    std::string juror_id;
    std::string entry_id;
    review::Sheet sheet;
    Instant updated;
};

// Who may watch what in rounds that are open, for their jurors' sake.
struct ReviewGrants {
    struct Grant {
        std::string link_id;  // either this
        std::string user_id;  // or this
        std::string entry_id;
    };
    std::vector<Grant> grants;
    std::vector<std::string> entries;  // in any round, closed ones as well
};

}  // namespace matinee::store
