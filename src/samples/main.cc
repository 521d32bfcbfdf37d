// matinee-make-samples: makes one sample entry. scripts/make-samples makes the whole contest.

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include <CLI/CLI.hpp>
#include <gst/gst.h>

#include "samples/maker.h"

namespace {

using namespace matinee;

Result<std::string> read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file) return fail(ErrorCode::kNotFound, "{}: cannot be read", path);
    return text;
}

struct Arguments {
    std::string pipeline;
    std::string scene;
    int seconds = 0;
    bool variable = false;
    int encoder_delay = 0;
    bool turned = false;
    std::string out;
};

Result<void> run(const Arguments& arguments) {
    const std::string pipeline = TRY(read_text(arguments.pipeline));
    const samples::Scene* scene = TRY(samples::find_scene(arguments.scene));
    return samples::make_sample({
        .pipeline = pipeline,
        .scene = scene,
        .length = std::chrono::seconds(arguments.seconds),
        .timing = arguments.variable ? samples::Timing::kVariable : samples::Timing::kConstant,
        .encoder_delay = arguments.encoder_delay,
        .turned = arguments.turned,
        .out = arguments.out,
    });
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Makes one made-up contest entry with a frame counter, flashes and beeps.");
    Arguments arguments;
    app.add_option("--pipeline", arguments.pipeline, "file with the GStreamer pipeline")
        ->required();
    app.add_option("--scene", arguments.scene, "what to paint")->required();
    app.add_option("--seconds", arguments.seconds, "how long it is")
        ->required()
        ->check(CLI::Range(1, 3600));
    app.add_flag("--variable", arguments.variable, "frames at uneven distances");
    app.add_option("--encoder-delay", arguments.encoder_delay,
                   "sound samples the encoder adds in front without saying so")
        ->check(CLI::Range(0, 48000));
    app.add_flag("--turned", arguments.turned,
                 "the file says to show the picture turned a quarter clockwise");
    app.add_option("--out", arguments.out, "the file to write")->required();
    CLI11_PARSE(app, argc, argv);

    gst_init(nullptr, nullptr);
    if (const auto made = run(arguments); !made) {
        fmt::print(stderr, "{}: {}\n", arguments.pipeline, made.error().to_string());
        return 1;
    }
    return 0;
}
