#include "http/guide.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "base/utf8.h"
#include "http/negotiate.h"
#include "library/sha256.h"

namespace matinee::http {

namespace {

constexpr std::string_view kUndetermined = "und";

// How many texts for different bases are kept.
constexpr std::size_t kMostRendered = 8;

// The guide changes when a producer edits, at most once a second; players read it every few hours.
constexpr std::string_view kCacheControl = "public, max-age=60";

enum class Lines { kOne, kMany };

// Text as XML 1.0 section 2.2 can hold it: valid UTF-8, no control characters, no U+FFFE and
// U+FFFF. `lines` says whether line breaks may stay: XMLTV wants none but in descriptions.
std::string xml_text(std::string_view text, Lines lines = Lines::kOne) {
    const std::string valid = base::to_valid_utf8(text);
    std::string out;
    std::string_view rest = valid;
    while (!rest.empty()) {
        const std::string_view character = rest.substr(0, base::utf8_length(rest));
        rest.remove_prefix(character.size());
        const auto byte = static_cast<unsigned char>(character.front());
        if (character == "\xef\xbf\xbe" || character == "\xef\xbf\xbf") {
            out += "\xef\xbf\xbd";
        } else if (byte == '\n' && lines == Lines::kMany) {
            out += '\n';
        } else if (byte < 0x20 || byte == 0x7f) {
            out += ' ';
        } else {
            out += character;
        }
    }
    return out;
}

// "20261123200000 +0000"
std::string xmltv_time(Instant instant) {
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(instant - day));
    return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02} +0000", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count());
}

void add_text(pugi::xml_node parent, const char* name, std::string_view text,
              std::string_view language = {}, Lines lines = Lines::kOne) {
    pugi::xml_node node = parent.append_child(name);
    if (!language.empty() && language != kUndetermined) {
        node.append_attribute("lang").set_value(xml_text(language).c_str());
    }
    node.text().set(xml_text(text, lines).c_str());
}

// Players that know one language show the first title: English, as playlists have it.
void add_titles(pugi::xml_node programme, const GuideEntry& entry) {
    const auto english = entry.titles.find("en");
    if (english != entry.titles.end()) add_text(programme, "title", english->second, "en");
    for (const auto& [language, title] : entry.titles) {
        if (language != "en") add_text(programme, "title", title, language);
    }
    if (entry.titles.empty()) add_text(programme, "title", entry.id);
}

// What viewers may want to be warned of stands after the synopsis in brackets, since players show
// nothing else of a programme.
void add_descriptions(pugi::xml_node programme, const store::Metadata& metadata) {
    const auto notes_in = [&](std::string_view language) {
        std::string text;
        for (const store::LocalizedText& note : metadata.content_notes) {
            text += text.empty() ? "" : "; ";
            text += store::text_in(note, language);
        }
        return text.empty() ? text : fmt::format("[{}]", text);
    };
    const auto add = [&](std::string_view language, const std::string& synopsis) {
        const std::string notes = notes_in(language);
        add_text(programme, "desc",
                 synopsis.empty() || notes.empty() ? synopsis + notes : synopsis + "\n" + notes,
                 language, Lines::kMany);
    };
    const auto english = metadata.synopsis.find("en");
    if (english != metadata.synopsis.end()) add("en", english->second);
    for (const auto& [language, synopsis] : metadata.synopsis) {
        if (language != "en") add(language, synopsis);
    }
    if (metadata.synopsis.empty() && !metadata.content_notes.empty()) add(kUndetermined, "");
}

void add_all(pugi::xml_node programme, const char* name,
             const std::vector<store::LocalizedText>& texts) {
    for (const store::LocalizedText& text : texts) {
        for (const auto& [language, value] : text) {
            add_text(programme, name, value, language);
        }
    }
}

// Elements in the order the DTD asks for.
void add_programme(pugi::xml_node tv, const std::string& channel_id,
                   const GuideProgramme& programme, std::string_view base) {
    const std::string start = xmltv_time(programme.start);
    const std::string stop = xmltv_time(programme.end);
    if (start == stop) return;
    pugi::xml_node node = tv.append_child("programme");
    node.append_attribute("start").set_value(start.c_str());
    node.append_attribute("stop").set_value(stop.c_str());
    node.append_attribute("channel").set_value(channel_id.c_str());
    const GuideEntry& entry = *programme.entry;
    add_titles(node, entry);
    add_descriptions(node, entry.metadata);
    if (!entry.author.empty()) add_text(node.append_child("credits"), "director", entry.author);
    add_all(node, "category", entry.metadata.categories);
    add_all(node, "keyword", entry.metadata.content_notes);
    const auto length =
        std::chrono::round<std::chrono::seconds>(programme.end - programme.start).count();
    pugi::xml_node seconds = node.append_child("length");
    seconds.append_attribute("units").set_value("seconds");
    seconds.text().set(static_cast<long long>(length));
    if (entry.has_poster) {
        node.append_child("icon").append_attribute("src").set_value(
            fmt::format("{}/entries/{}/poster.jpg", base, entry.id).c_str());
    }
    if (!entry.country.empty()) add_text(node, "country", entry.country);
    for (const std::string& language : entry.subtitles) {
        pugi::xml_node subtitles = node.append_child("subtitles");
        subtitles.append_attribute("type").set_value("teletext");  // shown when the viewer asks
        add_text(subtitles, "language", language);
    }
}

// A value within quotes of an M3U attribute, or a name after its comma: no quotes, no line breaks.
// VLC takes everything up to the first comma for attributes.
std::string m3u_text(std::string_view text, bool attribute) {
    std::string out = xml_text(text);
    std::ranges::replace(out, '"', '\'');
    if (attribute) std::ranges::replace(out, ',', ';');
    return out;
}

std::string_view name_of(const GuideChannel& channel) {
    return channel.title.empty() ? channel.id : channel.title;
}

bool is_host(std::string_view host) {
    return !host.empty() && host.size() <= 260 && std::ranges::all_of(host, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == ':' || c == '[' || c == ']' || c == '_';
    });
}

// A path that needs no quoting in either document.
bool is_plain_path(std::string_view path) {
    return std::ranges::all_of(path, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("/-._~%=").find(c) != std::string_view::npos;
    });
}

}  // namespace

std::string xmltv(const GuideChannels& channels, std::string_view base) {
    pugi::xml_document document;
    pugi::xml_node declaration = document.append_child(pugi::node_declaration);
    declaration.append_attribute("version").set_value("1.0");
    declaration.append_attribute("encoding").set_value("UTF-8");
    document.append_child(pugi::node_doctype).set_value("tv SYSTEM \"xmltv.dtd\"");
    pugi::xml_node tv = document.append_child("tv");
    tv.append_attribute("source-info-url").set_value(fmt::format("{}/", base).c_str());
    tv.append_attribute("source-info-name").set_value("matinee");
    tv.append_attribute("generator-info-name").set_value("matinee");
    for (const auto& channel : channels) {
        pugi::xml_node node = tv.append_child("channel");
        node.append_attribute("id").set_value(channel->id.c_str());
        add_text(node, "display-name", name_of(*channel));
        add_text(node, "url", fmt::format("{}/watch/{}", base, channel->id));
    }
    for (const auto& channel : channels) {
        for (const GuideProgramme& programme : channel->programmes) {
            add_programme(tv, channel->id, programme, base);
        }
    }
    std::ostringstream text;
    document.save(text, " ", pugi::format_indent, pugi::encoding_utf8);
    return text.str();
}

std::string channels_m3u(const GuideChannels& channels, std::string_view base) {
    std::string text =
        fmt::format("#EXTM3U url-tvg=\"{0}/guide.xml\" x-tvg-url=\"{0}/guide.xml\"\n", base);
    for (const auto& channel : channels) {
        const std::string_view name = name_of(*channel);
        text += fmt::format(
            "#EXTINF:-1 tvg-id=\"{}\" tvg-name=\"{}\" group-title=\"matinee\",{}\n"
            "{}/channels/{}/master.m3u8\n",
            channel->id, m3u_text(name, true), m3u_text(name, false), base, channel->id);
    }
    return text;
}

Guide::Rendered Guide::rendered(char kind, const std::string& base, const Shown& shown,
                                Render render) const {
    GuideChannels channels;
    std::string key = kind + base;
    for (const auto& channel : channels_) {
        if (shown && !shown(channel->id)) continue;
        channels.push_back(channel);
        key += '\n' + channel->id;
    }
    const auto find = [&] { return std::ranges::find(rendered_, key, &Rendered::key); };
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = find(); found != rendered_.end()) return *found;
    }
    Rendered made;
    made.key = key;
    made.text = std::make_shared<const std::string>(render(channels, base));
    made.etag = library::sha256_hex(base::as_byte_span(*made.text)).substr(0, 16);
    made.gzip = gzip(Body::shared(made.text));
    const std::lock_guard lock(mutex_);
    if (const auto found = find(); found != rendered_.end()) return *found;
    if (rendered_.size() == kMostRendered) rendered_.erase(rendered_.begin());
    rendered_.push_back(made);
    return made;
}

Response Guide::xmltv(const std::string& base, const Shown& shown) const {
    const Rendered made = rendered('x', base, shown, &http::xmltv);
    Response response =
        Response::content(Body::shared(made.text), "application/xml; charset=utf-8");
    response.gzip_body = made.gzip;
    response.etag = made.etag;
    response.cache_control = kCacheControl;
    return response;
}

Response Guide::channels_m3u(const std::string& base, const Shown& shown) const {
    const Rendered made = rendered('m', base, shown, &http::channels_m3u);
    Response response =
        Response::content(Body::shared(made.text), "audio/x-mpegurl; charset=utf-8");
    response.gzip_body = made.gzip;
    response.etag = made.etag;
    response.cache_control = kCacheControl;
    return response;
}

std::string guide_base(const Request& request, std::string_view name) {
    const std::string_view host = request.header("Host").value_or("");
    if (!is_host(host)) return {};
    const std::string_view path = request.raw_path;
    const std::string_view prefix =
        path.ends_with(name) ? path.substr(0, path.size() - name.size()) : std::string_view();
    return fmt::format("{}://{}{}", request.secure ? "https" : "http", host,
                       is_plain_path(prefix) ? prefix : "");
}

}  // namespace matinee::http
