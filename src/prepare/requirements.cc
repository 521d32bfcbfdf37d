#include "prepare/requirements.h"

#include <array>

#include <gst/gst.h>
#include <nlohmann/json.hpp>

#include "prepare/gst.h"

namespace matinee::prepare {

namespace {

constexpr std::string_view kBase = "gstreamer1.0-plugins-base";
constexpr std::string_view kGood = "gstreamer1.0-plugins-good";
constexpr std::string_view kBad = "gstreamer1.0-plugins-bad";
constexpr std::string_view kUgly = "gstreamer1.0-plugins-ugly";
constexpr std::string_view kLibav = "gstreamer1.0-libav";
constexpr std::string_view kCore = "libgstreamer1.0-0";

constexpr std::array kRequirements = {
    // What the pipelines are made of.
    Requirement{"appsink", kBase},
    Requirement{"appsrc", kBase},
    Requirement{"assrender", kBad},
    Requirement{"audioconvert", kBase},
    Requirement{"audioresample", kBase},
    Requirement{"avenc_aac", kLibav},
    Requirement{"compositor", kBase},
    Requirement{"decodebin3", kBase},
    Requirement{"deinterlace", kGood},
    Requirement{"filesink", kCore},
    Requirement{"h264parse", kBad},
    Requirement{"jpegenc", kGood},
    Requirement{"queue", kCore},
    Requirement{"rsvgdec", kBad},
    Requirement{"tee", kCore},
    Requirement{"textoverlay", kBase},
    Requirement{"videoconvertscale", kBase},
    Requirement{"videoflip", kGood},
    Requirement{"videotestsrc", kBase},
    Requirement{"x264enc", kUgly},
    // What most films come in.
    Requirement{"avdec_aac", kLibav},
    Requirement{"avdec_h264", kLibav},
    Requirement{"avdec_h265", kLibav},
    Requirement{"avdec_prores", kLibav},
    Requirement{"matroskademux", kGood},
    Requirement{"opusdec", kBase},
    Requirement{"qtdemux", kGood},
    Requirement{"tsdemux", kBad},
    Requirement{"vp9dec", kGood},
};

}  // namespace

std::span<const Requirement> requirements() {
    return kRequirements;
}

std::string missing_elements_json() {
    gst_init(nullptr, nullptr);
    nlohmann::json missing = nlohmann::json::array();
    for (const Requirement& requirement : kRequirements) {
        GstElementFactory* const factory =
            gst_element_factory_find(std::string(requirement.element).c_str());
        if (factory) {
            gst_object_unref(factory);
            continue;
        }
        missing.push_back({{"element", requirement.element}, {"package", requirement.package}});
    }
    return nlohmann::json{{"missing", std::move(missing)}}.dump();
}

}  // namespace matinee::prepare
