// The API's review rounds: what producers set up and see, and what jurors do.
#include <utility>

#include "app/api_context.h"
#include "app/review_room.h"
#include "http/problem.h"

namespace matinee::app {

namespace {

using http::Access;
using http::Api;
using http::Call;
using http::Method;
using http::Precondition;
using http::Response;
using nlohmann::json;
using review::Milliseconds;

constexpr std::string_view kReviewSchemas = R"json({
  "ReviewTexts": {
    "type": "object",
    "description": "By language (BCP-47).",
    "additionalProperties": {"type": "string", "maxLength": 500}
  },
  "Criterion": {
    "type": "object",
    "additionalProperties": false,
    "required": ["id", "names", "low", "high", "weight"],
    "properties": {
      "id": {"type": "string", "maxLength": 40, "pattern": "^[a-z0-9-]+$"},
      "names": {"$ref": "#/components/schemas/ReviewTexts"},
      "low": {"type": "integer", "minimum": 0, "maximum": 1000},
      "high": {"type": "integer", "minimum": 1, "maximum": 1000, "description": "The best."},
      "weight": {"type": "integer", "minimum": 0, "maximum": 1000, "description": "Against the others'; 0: asked for, and not counted."}
    }
  },
  "Criteria": {"type": "array", "minItems": 1, "maxItems": 20, "items": {"$ref": "#/components/schemas/Criterion"}},
  "NewReviewRound": {
    "type": "object",
    "additionalProperties": false,
    "required": ["id", "criteria"],
    "properties": {
      "id": {"type": "string", "maxLength": 64, "pattern": "^[a-z0-9-]+$"},
      "titles": {"$ref": "#/components/schemas/ReviewTexts"},
      "criteria": {"$ref": "#/components/schemas/Criteria"}
    }
  },
  "ReviewRoundChange": {
    "type": "object",
    "additionalProperties": false,
    "minProperties": 1,
    "properties": {
      "titles": {"$ref": "#/components/schemas/ReviewTexts"},
      "criteria": {"$ref": "#/components/schemas/Criteria"},
      "closed": {"type": "boolean", "description": "Jurors may not watch nor write any more."}
    }
  },
  "ReviewFilm": {
    "type": "object",
    "required": ["entry", "title", "duration_ms"],
    "properties": {
      "entry": {"type": "string"},
      "title": {"$ref": "#/components/schemas/ReviewTexts"},
      "author": {"type": "string"},
      "country": {"type": "string"},
      "duration_ms": {"type": "integer", "description": "0: not prepared yet."}
    }
  },
  "ReviewRoundHead": {
    "type": "object",
    "required": ["id", "titles", "closed", "criteria"],
    "properties": {
      "id": {"type": "string"},
      "titles": {"$ref": "#/components/schemas/ReviewTexts"},
      "closed": {"type": "boolean"},
      "criteria": {"$ref": "#/components/schemas/Criteria"}
    }
  },
  "ReviewRound": {
    "allOf": [{"$ref": "#/components/schemas/ReviewRoundHead"}],
    "type": "object",
    "required": ["version", "films", "jurors"],
    "properties": {
      "version": {"type": "integer"},
      "films": {"type": "array", "items": {"$ref": "#/components/schemas/ReviewFilm"}},
      "jurors": {"type": "array", "items": {"$ref": "#/components/schemas/Juror"}}
    }
  },
  "ReviewRounds": {
    "type": "object",
    "required": ["items"],
    "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/ReviewRoundHead"}}}
  },
  "Juror": {
    "type": "object",
    "required": ["id", "name", "by_link", "conflicts", "path"],
    "properties": {
      "id": {"type": "string"},
      "name": {"type": "string"},
      "by_link": {"type": "boolean", "description": "Else they sign in."},
      "path": {"type": ["string", "null"], "description": "Where they go; to be given to them alone."},
      "conflicts": {
        "type": "array",
        "items": {
          "type": "object",
          "required": ["entry", "reason"],
          "properties": {"entry": {"type": "string"}, "reason": {"type": "string"}}
        }
      }
    }
  },
  "NewJuror": {
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "name": {"type": "string", "maxLength": 100, "description": "It stands over the films. The account's when left out."},
      "account": {"type": "string", "maxLength": 64, "description": "By name; left out, they come by a link."},
      "expires": {"type": ["string", "null"], "format": "date-time", "description": "Of the link."}
    }
  },
  "JurorMade": {
    "type": "object",
    "required": ["id", "name", "path"],
    "properties": {
      "id": {"type": "string"},
      "name": {"type": "string"},
      "path": {"type": "string"}
    }
  },
  "ReviewEntries": {
    "type": "object",
    "additionalProperties": false,
    "required": ["entries"],
    "properties": {"entries": {"type": "array", "minItems": 1, "maxItems": 2000, "items": {"type": "string", "minLength": 1, "maxLength": 200}}}
  },
  "ReviewConflict": {
    "type": "object",
    "additionalProperties": false,
    "properties": {"reason": {"type": "string", "maxLength": 500}}
  },
  "Spread": {
    "type": "object",
    "required": ["count"],
    "description": "Of several jurors. Nothing but the count when that is 0.",
    "properties": {
      "count": {"type": "integer"},
      "mean": {"type": "number"},
      "deviation": {"type": "number", "description": "Standard deviation of a sample; 0 of one."},
      "lowest": {"type": "number"},
      "highest": {"type": "number"}
    }
  },
  "ReviewProgress": {
    "allOf": [{"$ref": "#/components/schemas/ReviewRoundHead"}],
    "type": "object",
    "required": ["jurors"],
    "properties": {
      "jurors": {
        "type": "array",
        "items": {
          "type": "object",
          "required": ["id", "name", "assigned", "counts", "last", "films"],
          "properties": {
            "id": {"type": "string"},
            "name": {"type": "string"},
            "assigned": {"type": "integer"},
            "counts": {"type": "object", "additionalProperties": {"type": "integer"}, "description": "Films by state: new, begun, seen, scored."},
            "last": {"type": ["string", "null"], "format": "date-time"},
            "films": {
              "type": "array",
              "description": "In the juror's order.",
              "items": {
                "type": "object",
                "required": ["entry", "state", "watched", "position_ms", "comments"],
                "properties": {
                  "entry": {"type": "string"},
                  "state": {"enum": ["new", "begun", "seen", "scored"]},
                  "watched": {"type": "number", "minimum": 0, "maximum": 1},
                  "position_ms": {"type": "integer"},
                  "comments": {"type": "integer"}
                }
              }
            }
          }
        }
      }
    }
  },
  "ReviewResults": {
    "allOf": [{"$ref": "#/components/schemas/ReviewRoundHead"}],
    "type": "object",
    "required": ["films"],
    "properties": {
      "films": {
        "type": "array",
        "description": "Best first.",
        "items": {
          "allOf": [{"$ref": "#/components/schemas/ReviewFilm"}],
          "type": "object",
          "required": ["rank", "marks", "incomplete", "by_criterion", "sheets"],
          "properties": {
            "rank": {"type": ["integer", "null"], "description": "Equals share one; null without a complete sheet."},
            "marks": {"$ref": "#/components/schemas/Spread"},
            "incomplete": {"type": "integer", "description": "Sheets that lack a score: they count by criterion only."},
            "by_criterion": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Spread"}},
            "sheets": {"type": "array", "items": {"type": "object"}}
          }
        }
      }
    }
  },
  "MyReviews": {
    "type": "object",
    "required": ["items"],
    "properties": {
      "items": {
        "type": "array",
        "items": {
          "type": "object",
          "required": ["id", "titles", "closed", "page"],
          "properties": {
            "id": {"type": "string"},
            "titles": {"$ref": "#/components/schemas/ReviewTexts"},
            "closed": {"type": "boolean"},
            "page": {"type": "string"}
          }
        }
      }
    }
  },
  "MyReview": {
    "allOf": [{"$ref": "#/components/schemas/ReviewRoundHead"}],
    "type": "object",
    "required": ["juror", "films"],
    "properties": {
      "juror": {
        "type": "object",
        "required": ["id", "name"],
        "properties": {"id": {"type": "string"}, "name": {"type": "string"}}
      },
      "films": {
        "type": "array",
        "description": "In the juror's order; without those they have an interest in.",
        "items": {
          "allOf": [{"$ref": "#/components/schemas/ReviewFilm"}],
          "type": "object",
          "required": ["ready", "poster", "master", "state", "watched", "position_ms"],
          "properties": {
            "ready": {"type": "boolean"},
            "poster": {"type": "string"},
            "master": {"type": "string"},
            "state": {"enum": ["new", "begun", "seen", "scored"]},
            "watched": {"type": "number", "minimum": 0, "maximum": 1},
            "position_ms": {"type": "integer"}
          }
        }
      }
    }
  },
  "ReviewSheet": {
    "type": "object",
    "additionalProperties": false,
    "required": ["scores", "note", "comments"],
    "properties": {
      "scores": {"type": "object", "additionalProperties": {"type": "integer"}, "description": "By criterion; one that is missing has not been given."},
      "note": {"type": "string", "maxLength": 20000},
      "comments": {
        "type": "array",
        "maxItems": 500,
        "items": {
          "type": "object",
          "additionalProperties": false,
          "required": ["id", "at_ms", "text"],
          "properties": {
            "id": {"type": "string", "maxLength": 40, "pattern": "^[a-z0-9-]+$", "description": "Made by whoever writes it."},
            "at_ms": {"type": "integer", "minimum": 0, "description": "Into the film, whatever it was watched in."},
            "text": {"type": "string", "minLength": 1, "maxLength": 4000}
          }
        }
      }
    }
  },
  "Watched": {
    "type": "object",
    "additionalProperties": false,
    "required": ["stretches", "position_ms"],
    "properties": {
      "stretches": {
        "type": "array",
        "maxItems": 200,
        "description": "What was played: [from, to) in milliseconds of the film. Told again, or by another tab, it counts once.",
        "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "integer", "minimum": 0}}
      },
      "position_ms": {"type": "integer", "minimum": 0, "description": "Where to go on from."}
    }
  },
  "WatchedSum": {
    "type": "object",
    "required": ["watched", "position_ms"],
    "properties": {
      "watched": {"type": "number", "minimum": 0, "maximum": 1},
      "position_ms": {"type": "integer"}
    }
  }
})json";

std::string prefix_of(const Call& call) {
    const std::string token = call.path("token");
    return token.empty() ? std::string() : "/t/" + token;
}

// Somebody else was faster between our reading and our writing: the same answer as if they had been
// before that.
review::Sheet sheet_from(const json& body) {
    review::Sheet sheet;
    sheet.scores = body.at("scores").get<review::Scores>();
    sheet.note = body.at("note").get<std::string>();
    for (const json& comment : body.at("comments")) {
        sheet.comments.push_back({comment.at("id"),
                                  Milliseconds(comment.at("at_ms").get<std::int64_t>()),
                                  comment.at("text")});
    }
    return sheet;
}

Response csv_file(std::string text, const std::string& name) {
    Response response = Response::text(std::move(text), "text/csv; charset=utf-8; header=present");
    response.headers.emplace_back("Content-Disposition",
                                  fmt::format("attachment; filename=\"{}.csv\"", name));
    return response;
}

std::vector<http::QueryParameter> language_parameter() {
    return {{"language",
             "In which titles and criteria are, best first (BCP-47).",
             {{"type", "string"}, {"maxLength", 35}},
             true}};
}

void add_for_producers(Api& api, ApiContext& context, ReviewRoom& room) {
    store::Store& store = context.store;
    api.add({.method = Method::kGet,
             .path = "/reviews",
             .id = "listReviewRounds",
             .tag = "Review",
             .summary = "The review rounds, by id",
             .answers = {{200, "ReviewRounds"}}},
            [&store, &room](const Call&) -> Result<Response> {
                json items = json::array();
                for (const auto& round : TRY(store.list_review_rounds())) {
                    items.push_back(TRY(room.round(round.id)));
                }
                return Response::json({{"items", std::move(items)}});
            });
    api.add({.method = Method::kPost,
             .path = "/reviews",
             .id = "createReviewRound",
             .tag = "Review",
             .summary = "Make a round, by whose criteria films are to be judged",
             .body = "NewReviewRound",
             .answers = {{201, "ReviewRound"}},
             .conflicts = true},
            [&room](const Call& call) -> Result<Response> {
                store::ReviewRound round;
                round.id = call.body().at("id").get<std::string>();
                round.titles = call.body().value("titles", review::Texts());
                round.criteria = TRY(criteria_from(call.body().at("criteria")));
                round = TRY(room.create(round, call.actor()));
                return http::created(TRY(room.round(round.id)), "/reviews/" + round.id,
                                     std::to_string(round.version));
            });
    api.add({.method = Method::kGet,
             .path = "/reviews/{round}",
             .id = "getReviewRound",
             .tag = "Review",
             .summary = "A round: its criteria, films, jurors and their addresses",
             .answers = {{200, "ReviewRound"}},
             .tagged = true},
            [&room](const Call& call) -> Result<Response> {
                const json round = TRY(room.round(call.path("round")));
                return http::tagged(round, std::to_string(round["version"].get<std::int64_t>()));
            });
    api.add({.method = Method::kPatch,
             .path = "/reviews/{round}",
             .id = "changeReviewRound",
             .tag = "Review",
             .summary = "Change titles or criteria, close or open it again",
             .description = "Once there are scores, criteria can be added, renamed and weighed "
                            "anew, but neither removed nor put on another scale.",
             .body = "ReviewRoundChange",
             .answers = {{200, "ReviewRound"}},
             .tagged = true,
             .conflicts = true,
             .precondition = Precondition::kIfMatch},
            [&context, &store, &room](const Call& call) -> Result<Response> {
                auto round = TRY(store.find_review_round(call.path("round")));
                if (auto refused = call.expect_match(std::to_string(round.version))) {
                    return *std::move(refused);
                }
                const json& body = call.body();
                round.titles = body.value("titles", round.titles);
                round.closed = body.value("closed", round.closed);
                if (body.contains("criteria")) {
                    round.criteria = TRY(criteria_from(body.at("criteria")));
                }
                const auto version = store.change_review_round(round, call.actor());
                if (!version) {
                    const auto present = TRY(store.find_review_round(round.id));
                    return http::or_overtaken(version.error(), std::to_string(round.version),
                                              std::to_string(present.version));
                }
                context.access_changed();
                return http::tagged(TRY(room.round(round.id)), std::to_string(*version));
            });
    api.add({.method = Method::kPost,
             .path = "/reviews/{round}/entries",
             .id = "assignReviewEntries",
             .tag = "Review",
             .summary = "Have films judged in this round",
             .description = "They follow those that are there, so that no juror's order changes. "
                            "From now on they are for jurors and producers only.",
             .body = "ReviewEntries",
             .answers = {{200, "ReviewRound"}}},
            [&context, &store, &room](const Call& call) -> Result<Response> {
                const auto entries = call.body().at("entries").get<std::vector<std::string>>();
                TRY(store.assign_review_entries(call.path("round"), entries, call.actor()));
                context.access_changed();
                return Response::json(TRY(room.round(call.path("round"))));
            });
    api.add(
        {.method = Method::kDelete,
         .path = "/reviews/{round}/entries/{entry}",
         .id = "withdrawReviewEntry",
         .tag = "Review",
         .summary = "Take a film out of the round",
         .answers = {{204}}},
        [&context, &store](const Call& call) -> Result<Response> {
            TRY(store.withdraw_review_entry(call.path("round"), call.path("entry"), call.actor()));
            context.access_changed();
            return Response::empty(204);
        });
    api.add({.method = Method::kPost,
             .path = "/reviews/{round}/jurors",
             .id = "addJuror",
             .tag = "Review",
             .summary = "Add a juror, with a link or an account",
             .body = "NewJuror",
             .answers = {{201, "JurorMade"}},
             .conflicts = true},
            [&context, &room](const Call& call) -> Result<Response> {
                const json& body = call.body();
                ReviewRoom::NewJuror asked;
                asked.round_id = call.path("round");
                asked.name = body.value("name", "");
                asked.account = body.value("account", "");
                if (body.contains("expires") && !body["expires"].is_null()) {
                    asked.expires = *base::parse_rfc3339(body["expires"].get<std::string>());
                }
                const auto juror = TRY(room.add_juror(asked, call.actor()));
                context.access_changed();
                return http::created(
                    {{"id", juror.id}, {"name", juror.name}, {"path", TRY(room.path_of(juror))}},
                    fmt::format("/reviews/{}/jurors/{}", juror.round_id, juror.id));
            });
    api.add({.method = Method::kDelete,
             .path = "/reviews/{round}/jurors/{juror}",
             .id = "removeJuror",
             .tag = "Review",
             .summary = "End a juror's link; what they wrote counts no more",
             .answers = {{204}}},
            [&context, &store, &room](const Call& call) -> Result<Response> {
                const auto juror = TRY(room.juror(call.path("round"), call.path("juror")));
                TRY(store.remove_juror(juror.id, call.actor()));
                context.access_changed();
                return Response::empty(204);
            });
    api.add({.method = Method::kPut,
             .path = "/reviews/{round}/jurors/{juror}/conflicts/{entry}",
             .id = "setReviewConflict",
             .tag = "Review",
             .summary = "Keep a film from a juror who has an interest in it",
             .body = "ReviewConflict",
             .answers = {{204}}},
            [&context, &store, &room](const Call& call) -> Result<Response> {
                const auto juror = TRY(room.juror(call.path("round"), call.path("juror")));
                TRY(store.set_review_conflict(juror.id, call.path("entry"),
                                              call.body().value("reason", ""), call.actor()));
                context.access_changed();
                return Response::empty(204);
            });
    api.add({.method = Method::kDelete,
             .path = "/reviews/{round}/jurors/{juror}/conflicts/{entry}",
             .id = "clearReviewConflict",
             .tag = "Review",
             .summary = "Give the film to the juror after all",
             .answers = {{204}}},
            [&context, &store, &room](const Call& call) -> Result<Response> {
                const auto juror = TRY(room.juror(call.path("round"), call.path("juror")));
                TRY(store.clear_review_conflict(juror.id, call.path("entry"), call.actor()));
                context.access_changed();
                return Response::empty(204);
            });
    api.add({.method = Method::kGet,
             .path = "/reviews/{round}/progress",
             .id = "getReviewProgress",
             .tag = "Review",
             .summary = "How far each juror is, with each film",
             .answers = {{200, "ReviewProgress"}}},
            [&room](const Call& call) -> Result<Response> {
                return Response::json(TRY(room.progress(call.path("round"))));
            });
    api.add({.method = Method::kGet,
             .path = "/reviews/{round}/results",
             .id = "getReviewResults",
             .tag = "Review",
             .summary = "What came of it: means and spreads, in all and by criterion, best first",
             .description = "A sheet's mark is from 0 to 100: its scores as places on their "
                            "scales, by weight. Sheets that lack a score have none, and count by "
                            "criterion only.",
             .answers = {{200, "ReviewResults"}}},
            [&room](const Call& call) -> Result<Response> {
                return Response::json(TRY(room.results(call.path("round"))));
            });
    api.add({.method = Method::kGet,
             .path = "/reviews/{round}/results.csv",
             .id = "getReviewResultsCsv",
             .tag = "Review",
             .summary = "The results for spreadsheets, a line a film",
             .query = language_parameter(),
             .answers = {{200, "", "text/csv"}}},
            [&room](const Call& call) -> Result<Response> {
                const std::string id = call.path("round");
                return csv_file(TRY(room.results_csv(id, call.queries("language"))),
                                id + "-results");
            });
    api.add({.method = Method::kGet,
             .path = "/reviews/{round}/sheets.csv",
             .id = "getReviewSheetsCsv",
             .tag = "Review",
             .summary = "All that jurors gave and wrote, a line a juror and film",
             .query = language_parameter(),
             .answers = {{200, "", "text/csv"}}},
            [&room](const Call& call) -> Result<Response> {
                const std::string id = call.path("round");
                return csv_file(TRY(room.sheets_csv(id, call.queries("language"))), id + "-sheets");
            });
}

void add_for_jurors(Api& api, ApiContext& context, ReviewRoom& room) {
    store::Store& store = context.store;
    // The juror who asks, if the film of the address is theirs to judge.
    const auto juror_of_film = [&store, &room](const Call& call) -> Result<store::Juror> {
        auto juror = TRY(room.juror_who_asks(call.request().asker, call.path("round")));
        const auto round = TRY(store.find_review_round(juror.round_id));
        const auto films = films_of(round, TRY(store.list_review_entries(round.id)), juror);
        if (std::ranges::find(films, call.path("entry")) == films.end()) {
            return fail(ErrorCode::kNotFound, "There is no film \"{}\" for you to judge.",
                        call.path("entry"));
        }
        return juror;
    };
    api.add({.method = Method::kGet,
             .path = "/my/reviews",
             .id = "listMyReviews",
             .tag = "Review",
             .summary = "The rounds in which one is a juror",
             .description = "For jurors, by account, or by their link: /t/TOKEN/api/v1/my/reviews.",
             .access = Access::kJuror,
             .answers = {{200, "MyReviews"}}},
            [&room](const Call& call) -> Result<Response> {
                return Response::json(TRY(room.my_rounds(call.request().asker, prefix_of(call))));
            });
    api.add({.method = Method::kGet,
             .path = "/my/reviews/{round}",
             .id = "getMyReview",
             .tag = "Review",
             .summary = "What one is to judge, in one's own order",
             .access = Access::kJuror,
             .answers = {{200, "MyReview"}}},
            [&room](const Call& call) -> Result<Response> {
                const auto juror =
                    TRY(room.juror_who_asks(call.request().asker, call.path("round")));
                return Response::json(TRY(room.my_review(juror, prefix_of(call))));
            });
    api.add({.method = Method::kGet,
             .path = "/my/reviews/{round}/films/{entry}",
             .id = "getMySheet",
             .tag = "Review",
             .summary = "What one has said of a film",
             .access = Access::kJuror,
             .answers = {{200, "ReviewSheet"}},
             .tagged = true},
            [&store, juror_of_film](const Call& call) -> Result<Response> {
                const auto juror = TRY(juror_of_film(call));
                const auto sheet = TRY(store.find_review_sheet(juror.id, call.path("entry")));
                return http::tagged(sheet_json(sheet), std::to_string(sheet.version));
            });
    api.add({.method = Method::kPut,
             .path = "/my/reviews/{round}/films/{entry}",
             .id = "putMySheet",
             .tag = "Review",
             .summary = "Say it: scores, note and comments",
             .access = Access::kJuror,
             .body = "ReviewSheet",
             .answers = {{200, "ReviewSheet"}},
             .tagged = true,
             .precondition = Precondition::kIfMatch},
            [&store, juror_of_film](const Call& call) -> Result<Response> {
                const auto juror = TRY(juror_of_film(call));
                const std::string entry = call.path("entry");
                const auto present = TRY(store.find_review_sheet(juror.id, entry));
                if (auto refused = call.expect_match(std::to_string(present.version))) {
                    return *std::move(refused);
                }
                review::Sheet written = sheet_from(call.body());
                written.version = present.version;
                const auto sheet = store.write_review_sheet(juror.id, entry, std::move(written));
                if (!sheet) {
                    const auto now = TRY(store.find_review_sheet(juror.id, entry));
                    return http::or_overtaken(sheet.error(), std::to_string(present.version),
                                              std::to_string(now.version));
                }
                return http::tagged(sheet_json(*sheet), std::to_string(sheet->version));
            });
    api.add({.method = Method::kPost,
             .path = "/my/reviews/{round}/films/{entry}/watched",
             .id = "addWatched",
             .tag = "Review",
             .summary = "Tell what of a film has been played",
             .access = Access::kJuror,
             .body = "Watched",
             .answers = {{200, "WatchedSum"}}},
            [&store, juror_of_film](const Call& call) -> Result<Response> {
                const auto juror = TRY(juror_of_film(call));
                const std::string entry = call.path("entry");
                std::vector<review::Stretch> stretches;
                for (const json& each : call.body().at("stretches")) {
                    stretches.push_back({Milliseconds(each.at(0).get<std::int64_t>()),
                                         Milliseconds(each.at(1).get<std::int64_t>())});
                }
                const Milliseconds position(call.body().at("position_ms").get<std::int64_t>());
                const auto sheet = TRY(store.note_watched(juror.id, entry, stretches, position));
                const auto film = TRY(store.find_entry(entry));
                const auto media = TRY(store.find_media(film.media_id));
                const auto duration = std::chrono::duration_cast<Milliseconds>(media.duration);
                return Response::json({{"watched", review::share_of(sheet.seen, duration)},
                                       {"position_ms", sheet.position.count()}});
            });
}

}  // namespace

void add_review_operations(Api& api, ApiContext& context) {
    api.add_schemas(kReviewSchemas);
    add_for_producers(api, context, context.reviews);
    add_for_jurors(api, context, context.reviews);
}

}  // namespace matinee::app
