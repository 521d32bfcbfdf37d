#include "playout/check.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace matinee::playout {

std::string_view to_string(Severity severity) {
    return severity == Severity::kError ? "error" : "warning";
}

namespace {

// "1:02:03", or "2.5 s" below a minute.
std::string rough_duration(Ticks duration) {
    const auto tenths = duration.count() / (media::kVideoTimescale / 10);
    if (tenths < 600) return fmt::format("{}.{} s", tenths / 10, tenths % 10);
    const auto seconds = tenths / 10;
    return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

class Checker {
  public:
    explicit Checker(const CheckInput& input) : input_(input), schedule_(input.schedule) {}

    std::vector<Finding> run() && {
        for (std::size_t i = 0; i < schedule_.blocks.size(); ++i)
            check_block(i);
        check_countdowns();
        for (const ItemFacts& filler : input_.fillers)
            check_pastime(filler, "the filler", Severity::kWarning);
        if (input_.slate) check_pastime(*input_.slate, "the slate", Severity::kError);
        check_timeline();
        return std::move(findings_);
    }

  private:
    void add(Severity severity, std::string code, std::string block, std::int64_t item, Ticks at,
             std::string message) {
        findings_.push_back(
            {severity, std::move(code), std::move(block), item, at, std::move(message)});
    }

    void check_block(std::size_t index) {
        const Block& block = schedule_.blocks[index];
        std::set<std::string> seen;
        for (std::size_t i = 0; i < block.items.size(); ++i) {
            const auto item = static_cast<std::int64_t>(i);
            const auto& programme = block.items[i];
            const bool has_facts = index < input_.facts.size() && i < input_.facts[index].size();
            const ItemFacts facts = has_facts ? input_.facts[index][i] : ItemFacts{};
            const std::string& entry = programme ? programme->entry_id : facts.entry_id;
            const auto found = [&](Severity severity, std::string code, std::string message) {
                add(severity, std::move(code), block.id, item, Ticks(-1), std::move(message));
            };
            if (!facts.exists) {
                found(Severity::kError, "unknown-entry",
                      fmt::format("there is no entry \"{}\"", entry));
                continue;
            }
            if (!facts.bad_points.empty()) {
                found(Severity::kError, "bad-points",
                      fmt::format("\"{}\": {}", entry, facts.bad_points));
                continue;
            }
            if (!facts.lost.empty()) {
                found(Severity::kError, "lost",
                      fmt::format("\"{}\": the slate will stand in for it: {}", entry, facts.lost));
            }
            if (facts.trimmed_is_missing) {
                found(Severity::kWarning, "not-trimmed",
                      fmt::format("\"{}\": its in and out points are not prepared yet", entry));
            }
            if (!programme && !facts.trimmed_is_missing && facts.lost.empty()) {
                found(Severity::kError, "not-ready",
                      fmt::format("\"{}\" is not prepared, and is passed over until it is", entry));
            }
            for (const std::string& language : facts.lacking) {
                found(Severity::kWarning, "missing-language",
                      fmt::format("\"{}\" has no subtitles in {}", entry, language));
            }
            if (!facts.may_repeat && !seen.insert(entry).second) {
                found(Severity::kWarning, "repeat",
                      fmt::format("\"{}\" is in the block before already", entry));
            }
        }
    }

    // What is shown when no item is. `unready`: how bad it is when it cannot be.
    void check_pastime(const ItemFacts& facts, std::string_view what, Severity unready) {
        const auto found = [&](Severity severity, std::string code, std::string_view why) {
            add(severity, std::move(code), "", -1, Ticks(-1),
                fmt::format("{}, \"{}\": {}", what, facts.entry_id, why));
        };
        if (!facts.exists) {
            found(Severity::kError, "unknown-entry", "there is no such entry");
        } else if (!facts.bad_points.empty()) {
            found(Severity::kError, "bad-points", facts.bad_points);
        } else if (!facts.lost.empty()) {
            found(Severity::kError, "lost", facts.lost);
        } else if (facts.trimmed_is_missing) {
            found(Severity::kWarning, "not-trimmed", "its in and out points are not prepared yet");
        } else if (!facts.ready) {
            found(unready, "not-ready", "it is not prepared, and not shown until it is");
        }
    }

    void check_countdowns() {
        for (const CountdownFacts& facts : input_.countdowns) {
            const std::string& entry = facts.entry_id;
            add(facts.exists && !facts.ready ? Severity::kWarning : Severity::kError,
                "no-countdown", schedule_.blocks[facts.block].id, -1, Ticks(-1),
                !facts.exists ? fmt::format("there is no entry \"{}\" to count down", entry)
                : facts.ready ? fmt::format("\"{}\" cannot count down: it is no card; make one "
                                            "with `matinee card add --countdown`",
                                            entry)
                              : fmt::format("\"{}\" is not prepared: until it is, nothing counts "
                                            "down",
                                            entry));
        }
    }

    // Of an item that is on; null when nothing is known of it.
    [[nodiscard]] const ItemFacts* facts_of(const Place& place) const {
        const auto item = static_cast<std::size_t>(place.item);
        for (std::size_t i = 0; i < std::min(schedule_.blocks.size(), input_.facts.size()); ++i) {
            if (schedule_.blocks[i].id != place.block || item >= input_.facts[i].size()) continue;
            return &input_.facts[i][item];
        }
        return nullptr;
    }

    // Of what passes the time.
    [[nodiscard]] const ItemFacts* facts_of(const std::string& entry) const {
        const auto filler = std::ranges::find(input_.fillers, entry, &ItemFacts::entry_id);
        if (filler != input_.fillers.end()) return &*filler;
        return input_.slate && input_.slate->entry_id == entry ? &*input_.slate : nullptr;
    }

    // Whether it is on within its dates; says so when it is not.
    bool check_permission(const Airing& airing, const ItemFacts& facts, const std::string& block,
                          std::int64_t item) {
        const bool early = facts.permitted_from && airing.start < *facts.permitted_from;
        const bool late = facts.permitted_until && airing.end() > *facts.permitted_until;
        if (!early && !late) return true;
        add(Severity::kError, "not-permitted", block, item, airing.start,
            fmt::format("\"{}\" may {} at that time", airing.entry_id,
                        early ? "not be shown yet" : "not be shown any more"));
        return false;
    }

    // Each of them once: they may be on every few minutes.
    void check_pastime_permission(const Airing& airing) {
        const ItemFacts* const facts = facts_of(airing.entry_id);
        if (facts == nullptr || forbidden_pastime_.contains(airing.entry_id)) return;
        if (!check_permission(airing, *facts, "", -1)) forbidden_pastime_.insert(airing.entry_id);
    }

    // Within a block, check_block() has looked. Two blocks that take turns have it once.
    void check_repeat(const Airing& airing) {
        const std::string& block = airing.place.block;
        const auto [last, is_first] =
            shown_.try_emplace(airing.entry_id, Showing{block, airing.start});
        if (is_first) return;
        const Showing before = std::exchange(last->second, Showing{block, airing.start});
        if (before.block == block || airing.start - before.start >= kRepeatHorizon) return;
        if (!repeats_
                 .emplace(airing.entry_id, std::min(block, before.block),
                          std::max(block, before.block))
                 .second) {
            return;
        }
        add(Severity::kWarning, "repeat", block, airing.place.item, airing.start,
            fmt::format("\"{}\" is on in \"{}\" already, {} before", airing.entry_id, before.block,
                        rough_duration(airing.start - before.start)));
    }

    // The whole duration of what the airing's item shows.
    [[nodiscard]] Ticks whole_duration(const Airing& airing) const {
        for (const Block& block : schedule_.blocks) {
            if (block.id != airing.place.block) continue;
            const auto item = static_cast<std::size_t>(airing.place.item);
            if (item < block.items.size() && block.items[item]) {
                return block.items[item]->duration();
            }
        }
        return airing.duration;
    }

    void check_end(const Airing& airing) {
        const bool fades = std::ranges::any_of(schedule_.endings, [&](const Ending& ending) {
            return ending.programme.media_id == airing.media_id;
        });
        if (airing.to == Ticks(0) && !fades) return;
        const Ticks lost = whole_duration(airing) - airing.from - airing.duration;
        add(Severity::kWarning, "cut", airing.place.block, airing.place.item, airing.start,
            fmt::format("\"{}\" loses its last {} to the next fixed start{}", airing.entry_id,
                        rough_duration(lost), fades ? ", and fades out" : ""));
    }

    void check_starts(const Airing& airing, Ticks before) {
        const Ticks anchor = airing.place.anchor;
        if (anchor == before || anchor < Ticks(0)) return;
        const auto starts = std::ranges::upper_bound(schedule_.starts, before, {}, &Start::at);
        for (auto start = starts; start != schedule_.starts.end() && start->at <= anchor; ++start) {
            const std::string& block = schedule_.blocks[start->block].id;
            const Ticks late = airing.start - start->at;
            if (start->at < anchor) {
                add(Severity::kError, "missed", block, -1, start->at,
                    "what is on before it does not end until the next fixed start");
            } else if (late > kStartTolerance) {
                const bool allowed = schedule_.blocks[start->block].overrun == Overrun::kFinish;
                add(allowed ? Severity::kWarning : Severity::kError, "late", block, -1, start->at,
                    fmt::format("it starts {} late", rough_duration(late)));
            }
        }
    }

    void check_timeline() {
        const auto airings = extend(schedule_, input_.end, input_.until);
        const Ticks start = input_.end ? input_.end->last.end() : Ticks(0);
        Ticks anchor = input_.end ? input_.end->last.place.anchor : start - Ticks(1);
        if (input_.end && input_.end->last.place.role == Role::kItem) {
            const Airing& last = input_.end->last;
            shown_.emplace(last.entry_id, Showing{last.place.block, last.start});
        }
        Ticks gap{0};  // of slate, up to now
        for (const Airing& airing : airings) {
            const bool slate = airing.place.role == Role::kFill && schedule_.slate &&
                               airing.entry_id == schedule_.slate->entry_id;
            if (!slate && gap > Ticks(0)) end_gap(airing.start, std::exchange(gap, Ticks(0)));
            if (slate) gap += airing.duration;
            check_starts(airing, anchor);
            anchor = airing.place.anchor;
            if (airing.place.role == Role::kFill) check_pastime_permission(airing);
            if (airing.place.role != Role::kItem) continue;
            if (const ItemFacts* const facts = facts_of(airing.place)) {
                check_permission(airing, *facts, airing.place.block, airing.place.item);
                if (!facts->may_repeat) check_repeat(airing);
            }
            check_end(airing);
        }
        const Ticks end = airings.empty() ? start : airings.back().end();
        if (gap > Ticks(0)) end_gap(end, gap);
        if (end < std::min(input_.until, schedule_.starts_until) && airings.empty()) {
            add(Severity::kError, "off-air", "", -1, end, "nothing is there that could be shown");
        }
    }

    void end_gap(Ticks end, Ticks gap) {
        add(Severity::kWarning, "gap", "", -1, end - gap,
            fmt::format("the slate is shown for {}", rough_duration(gap)));
    }

    // Where an entry was on last.
    struct Showing {
        std::string block;
        Ticks start;
    };

    const CheckInput& input_;
    const Schedule& schedule_;
    std::vector<Finding> findings_;
    std::map<std::string, Showing> shown_;                                 // by entry
    std::set<std::tuple<std::string, std::string, std::string>> repeats_;  // entry, two blocks
    std::set<std::string> forbidden_pastime_;                              // entries
};

}  // namespace

std::vector<Finding> check(const CheckInput& input) {
    return Checker(input).run();
}

}  // namespace matinee::playout
