// Prepares one file by hand: prepare-file FILE DIRECTORY [HOUSE-FORMAT.json]
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "prepare/worker.h"

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fputs("usage: prepare-file FILE DIRECTORY [HOUSE-FORMAT.json]\n", stderr);
        return 64;
    }
    matinee::prepare::WorkerOptions options;
    options.source = argv[1];
    options.output = argv[2];
    options.progress = matinee::prepare::ProgressStyle::kJsonLines;
    if (argc > 3) {
        std::ifstream file(argv[3]);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        auto house = matinee::library::house_format_from_json(text);
        if (!house) {
            std::fprintf(stderr, "%s\n", house.error().to_string().c_str());
            return 64;
        }
        options.house = *std::move(house);
    }
    return matinee::prepare::run_worker(options);
}
