// Gives every file of a corpus to a fuzz target, without libFuzzer: an ordinary test. A target
// that finds something wrong aborts; the name printed last is the input that did it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
    namespace fs = std::filesystem;
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
        return 2;
    }
    try {
        std::vector<fs::path> inputs;
        for (const auto& entry : fs::directory_iterator(argv[1])) {
            if (entry.is_regular_file()) inputs.push_back(entry.path());
        }
        std::sort(inputs.begin(), inputs.end());
        for (const fs::path& input : inputs) {
            std::printf("%s\n", input.filename().c_str());
            std::fflush(stdout);
            std::ifstream file(input, std::ios::binary);
            const std::vector<char> content{std::istreambuf_iterator<char>(file), {}};
            if (file.bad()) {
                std::fprintf(stderr, "%s: cannot be read\n", input.c_str());
                return 1;
            }
            // A copy of exactly its size, so that a sanitizer sees one byte too far.
            const std::vector<std::uint8_t> bytes(content.begin(), content.end());
            LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
        }
        std::printf("%zu inputs replayed\n", inputs.size());
        // An empty corpus would be a test that cannot fail.
        return inputs.empty() ? 1 : 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", argv[1], error.what());
        return 1;
    }
}
