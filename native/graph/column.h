// An array of plain values that lives in mappings of memspec's own: in no figure, given back at once, and without a second
// copy while it grows (the kernel moves the pages). One thread at a time. Elements start zeroed. Capacity: what the kernel gives; a
// refusal is told by `false`, never by an exception.
#pragma once
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace memspec::graph {

// Address ranges by system call; under AddressSanitizer from malloc, so that it sees every index out of range.
void* MapColumn(std::size_t bytes);
void* GrowColumn(void* address, std::size_t bytes, std::size_t wanted);
void UnmapColumn(void* address, std::size_t bytes);

template <class T>
class Column {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Column() = default;
  ~Column() { Free(); }
  Column(Column&& other) noexcept { *this = std::move(other); }
  Column& operator=(Column&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }

  // Room for `count` elements, all there and zero.
  bool Allocate(std::size_t count) {
    Free();
    if (!Reserve(count)) return false;
    size_ = count;
    return true;
  }
  bool Reserve(std::size_t count) {
    if (count <= capacity_) return true;
    void* const grown = data_ == nullptr ? MapColumn(count * sizeof(T))
                                         : GrowColumn(data_, capacity_ * sizeof(T), count * sizeof(T));
    if (grown == nullptr) return false;
    data_ = static_cast<T*>(grown);
    capacity_ = count;
    return true;
  }
  bool Push(const T& value) {
    if (size_ == capacity_ && !Reserve(capacity_ < kFirst ? kFirst : capacity_ * 2)) return false;
    data_[size_++] = value;
    return true;
  }
  // `count` bytes or elements at once.
  bool Append(const T* values, std::size_t count) {
    if (size_ + count > capacity_) {
      const std::size_t doubled = capacity_ * 2 < kFirst ? kFirst : capacity_ * 2;
      if (!Reserve(size_ + count > doubled ? size_ + count : doubled)) return false;
    }
    for (std::size_t i = 0; i < count; ++i) data_[size_ + i] = values[i];
    size_ += count;
    return true;
  }
  // At least `count` elements, new ones zero.
  bool Extend(std::size_t count) {
    if (count <= size_) return true;
    if (count > capacity_ && !Reserve(count > capacity_ * 2 ? count : capacity_ * 2)) return false;
    size_ = count;
    return true;
  }
  void Free() {
    if (data_ != nullptr) UnmapColumn(data_, capacity_ * sizeof(T));
    data_ = nullptr;
    size_ = capacity_ = 0;
  }

  T& operator[](std::size_t index) { return data_[index]; }
  const T& operator[](std::size_t index) const { return data_[index]; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  T& back() { return data_[size_ - 1]; }
  void Pop() { --size_; }
  void Clear() { size_ = 0; }
  std::uint64_t bytes() const { return size_ * sizeof(T); }

 private:
  static constexpr std::size_t kFirst = 4096;

  T* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace memspec::graph
