// The as-run log over HTTP: what the routes ask for.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace matinee::http {

// Of a channel, or of an entry on all channels; exactly one of the two is named.
struct AsRunQuery {
    std::string channel_id;
    std::string entry_id;
    std::optional<Instant> from;  // airings that begin then or later
    std::optional<Instant> to;    // and before that
};

struct AsRunCsv {
    std::string csv;
    std::string signature;  // JSON: what the .sig file holds
    // The end of the period the log is given for; asking for the same period again gives the same
    // lines.
    Instant to;
};

// Signed exports of the log. Thread-safe; may read the database.
//
// kNotFound when there is neither such a channel or entry nor anything in the log of it.
class AsRunSource {
  public:
    virtual ~AsRunSource() = default;
    [[nodiscard]] virtual Result<std::string> json(const AsRunQuery& query) = 0;
    [[nodiscard]] virtual Result<AsRunCsv> csv(const AsRunQuery& query) = 0;
    [[nodiscard]] virtual Result<std::string> public_key() = 0;  // PEM
};

}  // namespace matinee::http
