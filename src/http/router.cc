#include "http/router.h"

#include <algorithm>
#include <array>

namespace matinee::http {

// One segment of the patterns that start alike.
struct Router::Node {
    std::vector<std::pair<std::string, std::unique_ptr<Node>>> literals;  // sorted by name
    std::unique_ptr<Node> any;                                            // {name}
    std::unique_ptr<Node> tail;                                           // {name*}
    std::array<const Route*, kMethodCount> routes{};
    std::vector<std::string> names;  // of a node with routes: those of its pattern, in order

    [[nodiscard]] bool has_routes() const {
        return std::ranges::any_of(routes, [](const Route* route) { return route != nullptr; });
    }

    [[nodiscard]] const Node* literal(std::string_view segment) const {
        const auto found = std::ranges::lower_bound(
            literals, segment, {}, [](const auto& entry) { return std::string_view(entry.first); });
        return found != literals.end() && found->first == segment ? found->second.get() : nullptr;
    }

    Node& literal_or_new(std::string_view segment) {
        const auto place = std::ranges::lower_bound(
            literals, segment, {}, [](const auto& entry) { return std::string_view(entry.first); });
        if (place != literals.end() && place->first == segment) return *place->second;
        return *literals.emplace(place, std::string(segment), std::make_unique<Node>())->second;
    }
};

namespace {

std::string allowed(const std::array<const Route*, kMethodCount>& routes) {
    std::string allow;
    for (std::size_t i = 0; i < kMethodCount; ++i) {
        const auto method = static_cast<Method>(i);
        const bool implied =
            method == Method::kOptions ||
            (method == Method::kHead && routes[static_cast<std::size_t>(Method::kGet)] != nullptr);
        if (routes[i] == nullptr && !implied) continue;
        if (!allow.empty()) allow += ", ";
        allow += to_string(method);
    }
    return allow;
}

// The next segment of a path that starts with '/'; takes it off.
std::string_view take_segment(std::string_view& rest) {
    rest.remove_prefix(1);
    const std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size());
    return segment;
}

}  // namespace

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

Result<void> Router::add(RouteSpec spec, Handler handler) {
    return add_route({std::move(spec), std::move(handler), {}});
}

Result<void> Router::add_stream(RouteSpec spec, StreamHandler handler) {
    return add_route({std::move(spec), {}, std::move(handler)});
}

Result<void> Router::add_route(Route route) {
    const RouteSpec& spec = route.spec;
    std::string_view rest = spec.pattern;
    if (!rest.starts_with('/')) {
        return fail(ErrorCode::kInvalid, "route pattern {:?} does not start with '/'", rest);
    }
    Node* node = root_.get();
    std::vector<std::string> names;
    while (!rest.empty()) {
        const std::string_view segment = take_segment(rest);
        if (!segment.starts_with('{')) {
            node = &node->literal_or_new(segment);
            continue;
        }
        std::string_view name = segment.substr(1);
        if (!name.ends_with('}')) {
            return fail(ErrorCode::kInvalid, "route pattern {:?}: {:?} is not closed", spec.pattern,
                        segment);
        }
        name.remove_suffix(1);
        const bool tail = name.ends_with('*');
        if (tail) name.remove_suffix(1);
        if (tail && !rest.empty()) {
            return fail(ErrorCode::kInvalid, "route pattern {:?}: {:?} is not its last segment",
                        spec.pattern, segment);
        }
        if (names.size() == PathParameters::kMost) {
            return fail(ErrorCode::kInvalid, "route pattern {:?} has more than {} names",
                        spec.pattern, PathParameters::kMost);
        }
        names.emplace_back(name);
        std::unique_ptr<Node>& next = tail ? node->tail : node->any;
        if (!next) next = std::make_unique<Node>();
        node = next.get();
    }
    const Route*& place = node->routes[static_cast<std::size_t>(spec.method)];
    if (place != nullptr) {
        return fail(ErrorCode::kConflict, "two routes for {} {}", to_string(spec.method),
                    spec.pattern);
    }
    if (node->has_routes() && node->names != names) {
        return fail(ErrorCode::kConflict,
                    "route pattern {:?} names its segments differently from the other methods",
                    spec.pattern);
    }
    node->names = std::move(names);
    route.id = routes_.size();
    routes_.push_back(std::make_unique<Route>(std::move(route)));
    place = routes_.back().get();
    return {};
}

// Depth is bounded by the longest pattern: no path makes it deeper. Values are pushed unnamed:
// which pattern they belong to is known at its end.
const Router::Node* Router::walk(const Node& node, std::string_view rest,
                                 PathParameters& parameters) {
    if (rest.empty()) return node.has_routes() ? &node : nullptr;
    std::string_view after = rest;
    const std::string_view segment = take_segment(after);
    if (const Node* next = node.literal(segment)) {
        if (const Node* found = walk(*next, after, parameters)) return found;
    }
    if (node.any && !segment.empty()) {
        parameters.push({}, segment);
        if (const Node* found = walk(*node.any, after, parameters)) return found;
        parameters.pop();
    }
    if (node.tail) {
        parameters.push({}, rest.substr(1));
        return node.tail.get();
    }
    return nullptr;
}

Router::Match Router::find(Method method, std::string_view path, PathParameters& parameters) const {
    parameters.clear();
    if (!path.starts_with('/')) return {};
    const Node* node = walk(*root_, path, parameters);
    if (node == nullptr) return {};
    parameters.name_all(node->names);

    Match match;
    match.route = node->routes[static_cast<std::size_t>(method)];
    if (match.route == nullptr && method == Method::kHead) {
        match.route = node->routes[static_cast<std::size_t>(Method::kGet)];
    }
    if (match.route != nullptr) {
        match.access = match.route->spec.access;
        return match;
    }
    const auto any =
        std::ranges::find_if(node->routes, [](const Route* r) { return r != nullptr; });
    match.access = (*any)->spec.access;
    match.allow = allowed(node->routes);
    return match;
}

}  // namespace matinee::http
