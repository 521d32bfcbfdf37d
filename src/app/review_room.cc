#include "app/review_room.h"

#include <algorithm>
#include <map>
#include <utility>

#include "app/resource_json.h"
#include "auth/secret.h"
#include "review/csv.h"
#include "review/order.h"

namespace matinee::app {

// What is asked of a film again and again. Not in the unnamed namespace: ReviewRoom::Round holds
// some.
struct ReviewFilm {
    store::Entry entry;
    review::Milliseconds duration{0};  // 0: not prepared
};

namespace {

using nlohmann::json;
using review::Milliseconds;
using review::Sheet;

json criteria_json(const std::vector<review::Criterion>& criteria) {
    json all = json::array();
    for (const auto& criterion : criteria) {
        all.push_back({{"id", criterion.id},
                       {"names", criterion.names},
                       {"low", criterion.low},
                       {"high", criterion.high},
                       {"weight", criterion.weight}});
    }
    return all;
}

json head_json(const store::ReviewRound& round) {
    return {{"id", round.id},
            {"titles", round.titles},
            {"closed", round.closed},
            {"criteria", criteria_json(round.criteria)}};
}

json spread_json(const review::Spread& spread) {
    if (spread.count == 0) return {{"count", 0}};
    return {{"count", spread.count},
            {"mean", spread.mean},
            {"deviation", spread.deviation},
            {"lowest", spread.lowest},
            {"highest", spread.highest}};
}

json film_json(const ReviewFilm& film) {
    return {{"entry", film.entry.id},
            {"title", film.entry.titles},
            {"author", film.entry.author},
            {"country", film.entry.country},
            {"duration_ms", film.duration.count()}};
}

std::string title_of(const store::Entry& entry, const std::vector<std::string>& languages) {
    for (const std::string& language : languages) {
        const auto title = entry.titles.find(language);
        if (title != entry.titles.end()) return title->second;
    }
    return entry.titles.empty() ? entry.id : entry.titles.begin()->second;
}

std::string name_of(const review::Texts& names, const std::vector<std::string>& languages,
                    const std::string& otherwise) {
    for (const std::string& language : languages) {
        const auto name = names.find(language);
        if (name != names.end()) return name->second;
    }
    return otherwise;
}

std::string number(double value) {
    return fmt::format("{:.2f}", value);
}

// "1:05:09"
std::string time_text(Milliseconds at) {
    const auto all = at.count() / 1000;
    return fmt::format("{}:{:02}:{:02}", all / 3600, all / 60 % 60, all % 60);
}

void add_spread(std::vector<std::string>& line, const review::Spread& spread) {
    line.push_back(spread.count > 0 ? number(spread.mean) : "");
    line.push_back(spread.count > 1 ? number(spread.deviation) : "");
}

}  // namespace

// All that is known of a round, read once.
struct ReviewRoom::Round {
    store::ReviewRound round;
    std::vector<store::ReviewEntry> entries;
    std::vector<store::Juror> jurors;  // removed ones as well
    std::map<std::string, ReviewFilm> films;
    std::map<std::pair<std::string, std::string>, store::ReviewSheet> sheets;  // juror, entry

    [[nodiscard]] Sheet sheet(const std::string& juror, const std::string& entry) const {
        const auto found = sheets.find({juror, entry});
        return found == sheets.end() ? Sheet{} : found->second.sheet;
    }

    [[nodiscard]] review::SheetState state(const std::string& juror,
                                           const std::string& entry) const {
        return review::state_of(sheet(juror, entry), round.criteria, films.at(entry).duration);
    }

    // The films that are in it, in the producer's order.
    [[nodiscard]] std::vector<std::string> present() const {
        std::vector<std::string> ids;
        for (const auto& entry : entries) {
            if (!entry.withdrawn) ids.push_back(entry.entry_id);
        }
        return ids;
    }

    // What counts: not of jurors that were removed, nor across a conflict of interest.
    [[nodiscard]] std::vector<review::FilmResult> results() const {
        std::vector<std::vector<review::Scores>> all;
        for (const std::string& id : present()) {
            std::vector<review::Scores> of_film;
            for (const store::Juror& juror : jurors) {
                if (juror.removed || juror.conflicts.contains(id)) continue;
                of_film.push_back(sheet(juror.id, id).scores);
            }
            all.push_back(std::move(of_film));
        }
        return review::results_of(all, round.criteria);
    }
};

json sheet_json(const Sheet& sheet) {
    json comments = json::array();
    for (const auto& comment : sheet.comments) {
        comments.push_back(
            {{"id", comment.id}, {"at_ms", comment.at.count()}, {"text", comment.text}});
    }
    return {{"scores", sheet.scores.empty() ? json::object() : json(sheet.scores)},
            {"note", sheet.note},
            {"comments", std::move(comments)}};
}

std::vector<std::string> films_of(const store::ReviewRound& round,
                                  const std::vector<store::ReviewEntry>& entries,
                                  const store::Juror& juror) {
    std::vector<std::string> films;
    // Each batch in an order of its own, so that one that comes later changes none that was there.
    for (auto first = entries.begin(); first != entries.end();) {
        const std::int64_t batch = first->batch;
        const auto last = std::find_if(first, entries.end(),
                                       [&](const auto& entry) { return entry.batch != batch; });
        const auto order = review::order_of_films(static_cast<std::size_t>(last - first),
                                                  round.seed + static_cast<std::uint64_t>(batch),
                                                  static_cast<std::size_t>(juror.number));
        for (const std::size_t at : order) {
            const store::ReviewEntry& entry = first[static_cast<std::ptrdiff_t>(at)];
            if (entry.withdrawn || juror.conflicts.contains(entry.entry_id)) continue;
            films.push_back(entry.entry_id);
        }
        first = last;
    }
    return films;
}

Result<std::vector<review::Criterion>> criteria_from(const json& value) {
    if (!value.is_array()) {
        return fail(ErrorCode::kInvalid,
                    "criteria are a JSON array of {{\"id\", \"names\", \"low\", \"high\", "
                    "\"weight\"}}, not {}",
                    value.dump().substr(0, 100));
    }
    std::vector<review::Criterion> criteria;
    for (const json& each : value) {
        try {
            criteria.push_back({each.at("id"), each.at("names"), each.value("low", 1),
                                each.value("high", 10), each.value("weight", 1)});
        } catch (const json::exception& error) {
            return fail(ErrorCode::kInvalid, "{} is no criterion: {}", each.dump().substr(0, 200),
                        error.what());
        }
    }
    TRY(review::check_criteria(criteria));
    return criteria;
}

Result<store::ReviewRound> ReviewRoom::create(store::ReviewRound round, const std::string& actor) {
    const bool slug =
        !round.id.empty() && round.id.size() <= 64 && std::ranges::all_of(round.id, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        });
    if (!slug) {
        return fail(ErrorCode::kInvalid,
                    "\"{}\" cannot be a round's id: it stands in addresses, so a-z, 0-9 and -, 64 "
                    "at most",
                    round.id);
    }
    // From chance, so that nobody can choose who comes first.
    round.seed = 0;
    for (const char c : auth::hash_of_secret(auth::new_secret()).substr(0, 15)) {
        const auto digit = static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
        round.seed = round.seed * 16 + digit;
    }
    TRY(store_.create_review_round(round, actor));
    return store_.find_review_round(round.id);
}

Result<store::Juror> ReviewRoom::add_juror(const NewJuror& asked, const std::string& actor) {
    store::Juror juror;
    juror.round_id = asked.round_id;
    juror.name = asked.name.empty() ? asked.account : asked.name;
    constexpr std::size_t kLongestName = 100;
    const bool printable =
        std::ranges::none_of(juror.name, [](char c) { return static_cast<unsigned char>(c) < 32; });
    if (juror.name.empty() || juror.name.size() > kLongestName || !printable) {
        return fail(ErrorCode::kInvalid,
                    "a juror needs a name of 1 to {} bytes on one line; it stands over the films",
                    kLongestName);
    }
    if (!asked.account.empty()) {
        const store::User user = TRY(store_.find_user_by_name(asked.account));
        if (TRY(auth::parse_role(user.role)) < auth::Role::kReviewer) {
            return fail(ErrorCode::kInvalid, "{} is {}; a juror's account is reviewer or more",
                        user.name, user.role);
        }
        juror.user_id = user.id;
        return store_.add_juror(juror, std::nullopt, actor);
    }
    store::Link link;
    link.id = auth::new_id();
    link.label = fmt::format("review {}: {}", juror.round_id, juror.name);
    // What it opens follows from the round, and changes with it.
    link.scope =
        json{{"channels", json::array()}, {"entries", json::array()}, {"review", juror.round_id}}
            .dump();
    link.expires = asked.expires;
    link.secret_hash = auth::hash_of_secret(TRY(link_key_.sign(claims_of(link))));
    return store_.add_juror(juror, link, actor);
}

Result<std::string> ReviewRoom::path_of(const store::Juror& juror) {
    if (juror.link_id.empty()) return fmt::format("/review/{}", juror.round_id);
    const store::Link link = TRY(store_.find_link(juror.link_id));
    const std::string token = TRY(link_key_.sign(claims_of(link)));
    if (auth::hash_of_secret(token) != link.secret_hash) {
        return fail(ErrorCode::kConflict,
                    "the link of {} was signed with another key; remove the juror, and add them "
                    "again",
                    juror.name);
    }
    return fmt::format("/t/{}/review/{}", token, juror.round_id);
}

Result<store::Juror> ReviewRoom::juror(const std::string& round_id, const std::string& name) {
    TRY(store_.find_review_round(round_id));
    for (store::Juror& juror : TRY(store_.list_jurors(round_id))) {
        if (!juror.removed && (juror.name == name || juror.id == name)) return std::move(juror);
    }
    return fail(ErrorCode::kNotFound, "review round \"{}\" has no juror \"{}\"", round_id, name);
}

Result<store::Juror> ReviewRoom::juror_who_asks(const auth::Asker& asker,
                                                const std::string& round_id) {
    std::vector<store::Juror> jurors;
    if (asker.link) {
        jurors = TRY(store_.list_jurors_by_link(asker.link->id));
    } else if (asker.account) {
        jurors = TRY(store_.list_jurors_by_user(asker.account->id));
    }
    for (store::Juror& juror : jurors) {
        if (juror.round_id == round_id) return std::move(juror);
    }
    return fail(ErrorCode::kDenied, "You are no juror of \"{}\".", round_id);
}

Result<ReviewRoom::Round> ReviewRoom::load(const std::string& id) {
    Round all;
    all.round = TRY(store_.find_review_round(id));
    all.entries = TRY(store_.list_review_entries(id));
    all.jurors = TRY(store_.list_jurors(id));
    std::map<std::string, Milliseconds> durations;
    for (const store::Media& media : TRY(store_.list_media())) {
        durations[media.id] = std::chrono::duration_cast<Milliseconds>(media.duration);
    }
    for (const store::ReviewEntry& entry : all.entries) {
        ReviewFilm film;
        film.entry = TRY(store_.find_entry(entry.entry_id));
        if (const auto found = durations.find(film.entry.media_id); found != durations.end()) {
            film.duration = found->second;
        }
        all.films.emplace(entry.entry_id, std::move(film));
    }
    for (store::ReviewSheet& sheet : TRY(store_.list_review_sheets(id))) {
        const std::pair key(sheet.juror_id, sheet.entry_id);
        all.sheets.emplace(key, std::move(sheet));
    }
    return all;
}

Result<json> ReviewRoom::my_rounds(const auth::Asker& asker, const std::string& prefix) {
    std::vector<store::Juror> jurors;
    if (asker.link) {
        jurors = TRY(store_.list_jurors_by_link(asker.link->id));
    } else if (asker.account) {
        jurors = TRY(store_.list_jurors_by_user(asker.account->id));
    }
    json items = json::array();
    for (const store::Juror& juror : jurors) {
        const store::ReviewRound round = TRY(store_.find_review_round(juror.round_id));
        items.push_back({{"id", round.id},
                         {"titles", round.titles},
                         {"closed", round.closed},
                         {"page", fmt::format("{}/review/{}", prefix, round.id)}});
    }
    return json{{"items", std::move(items)}};
}

Result<json> ReviewRoom::my_review(const store::Juror& juror, const std::string& prefix) {
    const Round all = TRY(load(juror.round_id));
    json films = json::array();
    for (const std::string& id : films_of(all.round, all.entries, juror)) {
        const ReviewFilm& film = all.films.at(id);
        const Sheet sheet = all.sheet(juror.id, id);
        json value = film_json(film);
        value["ready"] = film.duration > Milliseconds(0);
        value["poster"] = fmt::format("{}/entries/{}/poster.jpg", prefix, id);
        value["master"] = fmt::format("{}/entries/{}/master.m3u8", prefix, id);
        value["state"] = review::to_string(all.state(juror.id, id));
        value["watched"] = review::share_of(sheet.seen, film.duration);
        value["position_ms"] = sheet.position.count();
        films.push_back(std::move(value));
    }
    json value = head_json(all.round);
    value["juror"] = {{"id", juror.id}, {"name", juror.name}};
    value["films"] = std::move(films);
    return value;
}

Result<json> ReviewRoom::round(const std::string& id) {
    const Round all = TRY(load(id));
    json value = head_json(all.round);
    value["version"] = all.round.version;
    value["films"] = json::array();
    for (const std::string& entry : all.present()) {
        value["films"].push_back(film_json(all.films.at(entry)));
    }
    value["jurors"] = json::array();
    for (const store::Juror& juror : all.jurors) {
        if (juror.removed) continue;
        json one{{"id", juror.id}, {"name", juror.name}, {"by_link", !juror.link_id.empty()}};
        one["conflicts"] = json::array();
        for (const auto& [entry, reason] : juror.conflicts) {
            one["conflicts"].push_back({{"entry", entry}, {"reason", reason}});
        }
        // One whose key is gone has no address, and everything else.
        const auto path = path_of(juror);
        one["path"] = path ? json(*path) : json(nullptr);
        value["jurors"].push_back(std::move(one));
    }
    return value;
}

Result<json> ReviewRoom::progress(const std::string& round_id) {
    const Round all = TRY(load(round_id));
    json jurors = json::array();
    for (const store::Juror& juror : all.jurors) {
        if (juror.removed) continue;
        json films = json::array();
        std::map<std::string, std::size_t> counts{
            {"new", 0}, {"begun", 0}, {"seen", 0}, {"scored", 0}};
        Instant last;
        for (const std::string& id : films_of(all.round, all.entries, juror)) {
            const std::string state(review::to_string(all.state(juror.id, id)));
            ++counts[state];
            const Sheet sheet = all.sheet(juror.id, id);
            if (const auto written = all.sheets.find({juror.id, id}); written != all.sheets.end()) {
                last = std::max(last, written->second.updated);
            }
            films.push_back({{"entry", id},
                             {"state", state},
                             {"watched", review::share_of(sheet.seen, all.films.at(id).duration)},
                             {"position_ms", sheet.position.count()},
                             {"comments", sheet.comments.size()}});
        }
        jurors.push_back(
            {{"id", juror.id},
             {"name", juror.name},
             {"assigned", films.size()},
             {"counts", counts},
             {"last", last == Instant() ? json(nullptr) : json(base::to_rfc3339(last))},
             {"films", std::move(films)}});
    }
    json value = head_json(all.round);
    value["jurors"] = std::move(jurors);
    return value;
}

Result<json> ReviewRoom::results(const std::string& round_id) {
    const Round all = TRY(load(round_id));
    const auto results = all.results();
    const auto ids = all.present();
    json films = json::array();
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const review::FilmResult& result = results[i];
        json value = film_json(all.films.at(ids[i]));
        value["rank"] = result.rank ? json(*result.rank) : json(nullptr);
        value["marks"] = spread_json(result.marks);
        value["incomplete"] = result.incomplete;
        value["by_criterion"] = json::object();
        for (const auto& [criterion, spread] : result.by_criterion) {
            value["by_criterion"][criterion] = spread_json(spread);
        }
        value["sheets"] = json::array();
        for (const store::Juror& juror : all.jurors) {
            if (juror.removed || juror.conflicts.contains(ids[i])) continue;
            const Sheet sheet = all.sheet(juror.id, ids[i]);
            const auto mark = review::mark_of(sheet.scores, all.round.criteria);
            json one = sheet_json(sheet);
            one["juror"] = juror.name;
            one["mark"] = mark ? json(*mark) : json(nullptr);
            one["watched"] = review::share_of(sheet.seen, all.films.at(ids[i]).duration);
            value["sheets"].push_back(std::move(one));
        }
        films.push_back(std::move(value));
    }
    std::stable_sort(films.begin(), films.end(), [](const json& a, const json& b) {
        constexpr std::size_t kUnranked = ~std::size_t{0};
        const auto rank = [](const json& film) {
            return film["rank"].is_null() ? kUnranked : film["rank"].get<std::size_t>();
        };
        return rank(a) < rank(b);
    });
    json value = head_json(all.round);
    value["films"] = std::move(films);
    return value;
}

Result<std::string> ReviewRoom::results_csv(const std::string& round_id,
                                            const std::vector<std::string>& languages) {
    const Round all = TRY(load(round_id));
    std::vector<std::string> head{
        "rank",      "entry",  "title",   "author",          "country",          "mark",
        "deviation", "lowest", "highest", "complete sheets", "incomplete sheets"};
    for (const auto& criterion : all.round.criteria) {
        const std::string name = name_of(criterion.names, languages, criterion.id);
        head.push_back(fmt::format("{} ({}-{}, weight {})", name, criterion.low, criterion.high,
                                   criterion.weight));
        head.push_back(name + " deviation");
    }
    std::string text(review::kByteOrderMark);
    text += review::csv_line(head);
    const auto ids = all.present();
    const auto results = all.results();
    std::vector<std::size_t> order(ids.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    std::ranges::stable_sort(
        order, {}, [&](std::size_t i) { return results[i].rank.value_or(results.size() + 1); });
    for (const std::size_t i : order) {
        const store::Entry& entry = all.films.at(ids[i]).entry;
        const review::FilmResult& result = results[i];
        const bool any = result.marks.count > 0;
        std::vector<std::string> line{result.rank ? std::to_string(*result.rank) : "", entry.id,
                                      title_of(entry, languages), entry.author, entry.country};
        add_spread(line, result.marks);
        line.push_back(any ? number(result.marks.lowest) : "");
        line.push_back(any ? number(result.marks.highest) : "");
        line.push_back(std::to_string(result.marks.count));
        line.push_back(std::to_string(result.incomplete));
        for (const auto& criterion : all.round.criteria) {
            add_spread(line, result.by_criterion.at(criterion.id));
        }
        text += review::csv_line(line);
    }
    return text;
}

Result<std::string> ReviewRoom::sheets_csv(const std::string& round_id,
                                           const std::vector<std::string>& languages) {
    const Round all = TRY(load(round_id));
    std::vector<std::string> head{"juror", "entry", "title", "state", "watched percent"};
    for (const auto& criterion : all.round.criteria) {
        head.push_back(name_of(criterion.names, languages, criterion.id));
    }
    head.insert(head.end(), {"mark", "note", "comments"});
    std::string text(review::kByteOrderMark);
    text += review::csv_line(head);
    for (const store::Juror& juror : all.jurors) {
        if (juror.removed) continue;
        for (const std::string& id : films_of(all.round, all.entries, juror)) {
            const ReviewFilm& film = all.films.at(id);
            const Sheet sheet = all.sheet(juror.id, id);
            const double percent = 100 * review::share_of(sheet.seen, film.duration);
            std::vector<std::string> line{juror.name, id, title_of(film.entry, languages),
                                          std::string(review::to_string(all.state(juror.id, id))),
                                          fmt::format("{:.0f}", percent)};
            for (const auto& criterion : all.round.criteria) {
                const auto score = sheet.scores.find(criterion.id);
                line.push_back(score == sheet.scores.end() ? "" : std::to_string(score->second));
            }
            const auto mark = review::mark_of(sheet.scores, all.round.criteria);
            line.push_back(mark ? number(*mark) : "");
            line.push_back(sheet.note);
            std::string comments;
            for (const auto& comment : sheet.comments) {
                if (!comments.empty()) comments += '\n';
                comments += fmt::format("{} {}", time_text(comment.at), comment.text);
            }
            line.push_back(std::move(comments));
            text += review::csv_line(line);
        }
    }
    return text;
}

}  // namespace matinee::app
