// Review rounds as jurors and producers meet them: the same to the API and the command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "auth/access.h"
#include "auth/link_token.h"
#include "base/result.h"
#include "store/store.h"

namespace matinee::app {

// Thread-safe, as the store is.
class ReviewRoom {
  public:
    // Both must outlive it.
    ReviewRoom(store::Store& store, const auth::LinkKey& link_key)
        : store_(store), link_key_(link_key) {}

    // Makes a round with a seed of its own. `round` has id, titles and criteria.
    Result<store::ReviewRound> create(store::ReviewRound round, const std::string& actor);

    struct NewJuror {
        std::string round_id;
        std::string name;     // of the account when there is one and this is empty
        std::string account;  // by name; empty: they come by a link
        Instant expires{};    // of the link; 1970: when it is revoked
    };
    // kConflict when there is one already, kInvalid for an account that may not review.
    Result<store::Juror> add_juror(const NewJuror& juror, const std::string& actor);

    // Where a juror goes, without the server's name: "/t/TOKEN/review/ROUND". kConflict when their
    // link was signed with another key.
    Result<std::string> path_of(const store::Juror& juror);

    // The round's juror of that name or id, unless removed.
    Result<store::Juror> juror(const std::string& round_id, const std::string& name);

    // Whoever asks, as a juror of the round; kDenied when they are none.
    Result<store::Juror> juror_who_asks(const auth::Asker& asker, const std::string& round_id);

    // As the schemas of the same names say (api_reviews.cc) --------------------------------------

    // The rounds in which whoever asks is a juror. Addresses begin with `prefix`.
    Result<nlohmann::json> my_rounds(const auth::Asker& asker, const std::string& prefix);
    // MyReview: what a juror's page shows. `prefix` is "/t/TOKEN" or empty.
    Result<nlohmann::json> my_review(const store::Juror& juror, const std::string& prefix);
    // ReviewRound: criteria, films, jurors.
    Result<nlohmann::json> round(const std::string& id);
    // ReviewProgress: how far each juror is, with each film.
    Result<nlohmann::json> progress(const std::string& round_id);
    // ReviewResults: what came of it, best first.
    Result<nlohmann::json> results(const std::string& round_id);

    // The results, and all sheets, for spreadsheets: with a byte order mark, the first line names
    // the columns. Titles are in the first of `languages` that they have.
    Result<std::string> results_csv(const std::string& round_id,
                                    const std::vector<std::string>& languages);
    Result<std::string> sheets_csv(const std::string& round_id,
                                   const std::vector<std::string>& languages);

  private:
    struct Round;
    Result<Round> load(const std::string& id);

    store::Store& store_;
    const auth::LinkKey& link_key_;
};

// As the schema ReviewSheet says.
nlohmann::json sheet_json(const review::Sheet& sheet);

// Which films the juror is to see, in their order.
std::vector<std::string> films_of(const store::ReviewRound& round,
                                  const std::vector<store::ReviewEntry>& entries,
                                  const store::Juror& juror);

// Criteria as the schema of that name says; kInvalid names what is wrong.
Result<std::vector<review::Criterion>> criteria_from(const nlohmann::json& value);

}  // namespace matinee::app
