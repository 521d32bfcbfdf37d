#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/store.h"
#include "store/test_support.h"

namespace matinee::store {
namespace {

using test::must;
using testing::ElementsAre;
using testing::IsEmpty;

class DescriptionsTest : public testing::Test {
  protected:
    DescriptionsTest() {
        EntryDescription entry;
        entry.id = "film";
        must(store_->upsert_entry(entry));
    }

    test::TempFolder folder_;
    test::FakeClock clock_;
    std::unique_ptr<Store> store_ = must(Store::open(folder_ / "matinee.db", clock_));
};

TEST_F(DescriptionsTest, KeepsWhatEachLayerSays) {
    EXPECT_EQ(must(store_->description_layers("film")), DescriptionLayers());
    must(store_->set_description("film", DescriptionLayer::kFile, R"({"a":1})"));
    must(store_->set_description("film", DescriptionLayer::kHand, R"({"b":1})"));
    must(store_->set_description("film", DescriptionLayer::kHand, R"({"b":2})"));
    const SheetRow row{"k", "film", "", "7", "", "Film", R"({"c":3})", "s.csv", 2};
    must(store_->put_sheet_rows({&row, 1}));
    EXPECT_EQ(must(store_->description_layers("film")),
              (DescriptionLayers{R"({"a":1})", R"({"c":3})", R"({"b":2})"}));
    must(store_->set_description("film", DescriptionLayer::kHand, ""));
    EXPECT_FALSE(must(store_->description_layers("film")).hand);
    EXPECT_FALSE(store_->set_description("nobody", DescriptionLayer::kHand, "{}"));
}

TEST_F(DescriptionsTest, AreReplacedByWhoKnowsThePresentOnes) {
    const Store::Described known{must(store_->find_entry("film")), {}};
    Store::Described mine = known;
    mine.entry.author = "Mei";
    mine.layers.hand = R"({"author":"Mei"})";
    must(store_->set_described(mine, known));
    EXPECT_EQ(must(store_->find_entry("film")).author, "Mei");
    EXPECT_EQ(must(store_->description_layers("film")), mine.layers);

    Store::Described yours = known;
    yours.entry.country = "CN";
    EXPECT_EQ(store_->set_described(yours, known).error().code(), ErrorCode::kConflict);
    // What is said decides as well, where the entry is the same by it.
    Store::Described unsaid = mine;
    unsaid.layers.hand.reset();
    EXPECT_EQ(store_->set_described(yours, unsaid).error().code(), ErrorCode::kConflict);
    EXPECT_EQ(must(store_->find_entry("film")).author, "Mei");
    EXPECT_EQ(must(store_->description_layers("film")), mine.layers);

    must(store_->set_described(yours, mine));
    EXPECT_EQ(must(store_->find_entry("film")).author, "");
    EXPECT_EQ(must(store_->description_layers("film")), DescriptionLayers());
}

TEST_F(DescriptionsTest, ReplacesRowsByTheirKeys) {
    std::vector<SheetRow> rows = {{"b", "", "b.mp4", "", "9", "B", "{}", "s.csv", 3},
                                  {"a", "film", "", "7", "", "A", "{}", "s.csv", 2}};
    must(store_->put_sheet_rows(rows));
    EXPECT_THAT(must(store_->list_sheet_rows()), ElementsAre(rows[1], rows[0]));
    rows[0].entry_id = "film-2";
    rows[0].line = 7;
    must(store_->put_sheet_rows({rows.data(), 1}));
    EXPECT_THAT(must(store_->list_sheet_rows()), ElementsAre(rows[1], rows[0]));
}

TEST_F(DescriptionsTest, RemembersTheFileBeforeAnUpload) {
    EXPECT_FALSE(must(store_->former_source_of("film")));
    must(store_->set_former_source({"film", "/a.mp4", 1, 2}));
    must(store_->set_former_source({"film", "/b.mp4", 3, 4}));
    EXPECT_FALSE(must(store_->find_former_source("/a.mp4")));
    EXPECT_EQ(must(store_->find_former_source("/b.mp4")), (FormerSource{"film", "/b.mp4", 3, 4}));
    EXPECT_EQ(must(store_->former_source_of("film"))->path, "/b.mp4");
}

}  // namespace
}  // namespace matinee::store
