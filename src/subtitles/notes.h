// What a reader has to say about a file, without saying it a thousand times.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "subtitles/cue.h"

namespace matinee::subtitles {

// Collects problems. `line` is counted from 1.
class Notes {
  public:
    void add(std::size_t line, std::string message) {
        problems_.push_back({line, std::move(message)});
    }

    // Only the first of equal messages: a film in one colour needs no thousand problems.
    void once(std::size_t line, std::string message) {
        if (said_.insert(message).second) add(line, std::move(message));
    }

    [[nodiscard]] std::vector<Problem> take() && { return std::move(problems_); }

  private:
    std::vector<Problem> problems_;
    std::set<std::string> said_;
};

}  // namespace matinee::subtitles
