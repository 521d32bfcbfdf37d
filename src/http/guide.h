// The programme guide: what is on all channels for two days, as XMLTV, and the channels as a
// playlist for IPTV players (Kodi, VLC, Jellyfin).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "http/message.h"
#include "store/metadata.h"

namespace matinee::http {

// An entry as the guide tells of it; shared by all its airings.
struct GuideEntry {
    std::string id;
    std::map<std::string, std::string> titles;  // BCP-47 -> title
    std::string author;
    std::string country;  // ISO 3166-1 alpha-2
    store::Metadata metadata;
    std::vector<std::string> subtitles;  // BCP-47, each once
    bool has_poster = false;
};

struct GuideProgramme {
    Instant start;
    Instant end;  // where the next one starts
    std::shared_ptr<const GuideEntry> entry;
};

struct GuideChannel {
    std::string id;
    std::string title;
    std::vector<GuideProgramme> programmes;  // in order
};

using GuideChannels = std::vector<std::shared_ptr<const GuideChannel>>;

// The guide as an XMLTV document (its DTD of 2022). `base` is what addresses begin with, without a
// slash at the end: "https://cinema.example:8443". Times are UTC, to the second, and a programme
// stops in the second the next one starts in; one that has come to less than a second is left out.
// What XML cannot hold is replaced.
std::string xmltv(const GuideChannels& channels, std::string_view base);

// The channels as an M3U playlist; tvg-id is the channel's id in the guide.
std::string channels_m3u(const GuideChannels& channels, std::string_view base);

// Both, ready to be sent. Addresses must be absolute for players, so there is a text for each base
// that is asked for, and each choice of channels; the last few are kept, with their gzip and their
// tag. Immutable besides; thread-safe.
class Guide {
  public:
    explicit Guide(GuideChannels channels) : channels_(std::move(channels)) {}

    [[nodiscard]] const GuideChannels& channels() const { return channels_; }

    // Whether a channel, by its id, is among those told of.
    using Shown = std::function<bool(std::string_view)>;

    [[nodiscard]] Response xmltv(const std::string& base, const Shown& shown = {}) const;
    [[nodiscard]] Response channels_m3u(const std::string& base, const Shown& shown = {}) const;

  private:
    struct Rendered {
        std::string key;
        std::string etag;
        std::shared_ptr<const std::string> text;
        Body gzip;
    };
    using Render = std::string (*)(const GuideChannels&, std::string_view);

    [[nodiscard]] Rendered rendered(char kind, const std::string& base, const Shown& shown,
                                    Render render) const;

    GuideChannels channels_;
    mutable std::mutex mutex_;
    mutable std::vector<Rendered> rendered_;  // newest last
};

// What addresses in the answer to `request`, for the resource `name` ("/guide.xml"), begin with:
// the host that the client has asked, and whatever stands before the name, such as a link's token.
// Empty when the Host field is none that could be.
std::string guide_base(const Request& request, std::string_view name);

}  // namespace matinee::http
