// Owners for the objects of C libraries.
//
// Two words for ownership, as GObject's transfer annotations have them: *adopt* takes over a
// reference the callee gives away (transfer full), *share* adds one to a borrowed pointer
// (transfer none). A table per library names the functions: base/glib_support.h, prepare/gst.h, ...
#pragma once

#include <memory>
#include <utility>

namespace matinee::base {

// Specialise with `static T* ref(T*)` and `static void unref(T*)`.
template <typename T>
struct RefTraits;

// A counted reference. Null when default-constructed or moved from.
template <typename T>
class Ref {
  public:
    Ref() = default;
    Ref(std::nullptr_t) {}
    Ref(const Ref& other)
        : pointer_(other.pointer_ ? RefTraits<T>::ref(other.pointer_) : nullptr) {}
    Ref(Ref&& other) noexcept : pointer_(std::exchange(other.pointer_, nullptr)) {}
    Ref& operator=(Ref other) noexcept {
        std::swap(pointer_, other.pointer_);
        return *this;
    }
    ~Ref() {
        if (pointer_) RefTraits<T>::unref(pointer_);
    }

    // Takes over the caller's reference.
    [[nodiscard]] static Ref adopt(T* pointer) { return Ref(pointer); }

    // Adds a reference of its own.
    [[nodiscard]] static Ref share(T* pointer) {
        return Ref(pointer ? RefTraits<T>::ref(pointer) : nullptr);
    }

    [[nodiscard]] T* get() const { return pointer_; }
    [[nodiscard]] T* operator->() const { return pointer_; }
    explicit operator bool() const { return pointer_ != nullptr; }

    // Gives the reference away, to a callee that takes it (transfer full).
    [[nodiscard]] T* release() { return std::exchange(pointer_, nullptr); }

  private:
    explicit Ref(T* pointer) : pointer_(pointer) {}
    T* pointer_ = nullptr;
};

template <auto kFree>
struct FreeWith {
    template <typename T>
    void operator()(T* pointer) const noexcept {
        kFree(pointer);
    }
};

// A unique owner that ends with `kFree(pointer)`.
template <typename T, auto kFree>
using Owned = std::unique_ptr<T, FreeWith<kFree>>;

}  // namespace matinee::base
