// The as-run log for whoever asks: read from the store, signed, in the form that is wanted.
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

#include "app/as_run_document.h"
#include "app/signing_key.h"
#include "base/clock.h"
#include "base/result.h"
#include "http/as_run.h"
#include "store/store.h"

namespace matinee::app {

// Thread-safe. The key is made when something is first signed.
class AsRunLog final : public http::AsRunSource {
  public:
    // `data` is the data folder. Store and clock must outlive this.
    AsRunLog(store::Store& store, const base::Clock& clock, std::filesystem::path data)
        : store_(store), clock_(clock), data_(std::move(data)) {}

    [[nodiscard]] Result<std::string> json(const http::AsRunQuery& query) override;
    [[nodiscard]] Result<http::AsRunCsv> csv(const http::AsRunQuery& query) override;
    [[nodiscard]] Result<std::string> public_key() override;

    // The records themselves. The period ends before the first airing that is not written down yet,
    // so that it is complete, and the same query has the same answer for good.
    [[nodiscard]] Result<AsRunReport> report(const http::AsRunQuery& query);

  private:
    Result<Instant> complete_until(const std::string& channel_id, Instant now);
    Result<SigningKey> key();

    store::Store& store_;
    const base::Clock& clock_;
    const std::filesystem::path data_;
    std::mutex mutex_;  // guards key_
    std::optional<SigningKey> key_;
};

}  // namespace matinee::app
