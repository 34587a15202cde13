// Which of our stacks belongs to which of V8's samples. Both are in the order of time and V8 numbers its samples, so the n-th
// stack belongs to sample n; but samples that V8 took while the tracker itself ran have no stack, and shift what follows. They show by
// disagreement: the function that V8 names is not the one of our stack.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace memspec::heap {

inline constexpr std::uint64_t kNoStack = ~std::uint64_t{0};

// `ids`: V8's numbers, from 1, ascending, with gaps where samples are gone. `stacks`: how many stacks there are.
// `agrees(i, n)`: whether sample i (index in `ids`) and stack n name the same function.
// Returns for each sample the number of its stack, or kNoStack where none agrees.
std::vector<std::uint64_t> MatchSamples(const std::vector<std::uint64_t>& ids, std::uint64_t stacks,
                                        const std::function<bool(std::size_t, std::uint64_t)>& agrees);

}  // namespace memspec::heap
