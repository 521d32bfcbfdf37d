#include "subtitles/plain_text.h"

#include "subtitles/cue_text.h"

namespace matinee::subtitles {

std::string plain_text(std::string_view cue_text) {
    std::string plain;
    bool in_annotation = false;
    while (!cue_text.empty()) {
        if (cue_text.front() == '<') {
            const std::size_t end = cue_text.find('>');
            const std::string_view tag = cue_text.substr(0, end);
            if (tag.starts_with("<rt") && (tag.size() == 3 || tag[3] == '.')) in_annotation = true;
            if (tag == "</rt" || tag == "</ruby") in_annotation = false;
            cue_text.remove_prefix(end == std::string_view::npos ? cue_text.size() : end + 1);
            continue;
        }
        if (cue_text.front() == '&') {
            std::string character;
            const std::size_t length =
                resolve_reference(cue_text, References::kTerminated, character);
            if (length > 0) {
                if (!in_annotation) plain += character;
                cue_text.remove_prefix(length);
                continue;
            }
        }
        if (!in_annotation) plain += cue_text.front();
        cue_text.remove_prefix(1);
    }
    return plain;
}

std::string plain_text(const Document& document) {
    std::string all;
    for (const Cue& cue : document.cues) {
        all += plain_text(cue.text);
        all += '\n';
    }
    return all;
}

}  // namespace matinee::subtitles
