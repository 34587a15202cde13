// The Mandelbrot set, line by line: how often a point may be squared before it runs away. What a line needs while it is made is freed
// with it; the picture stays until JavaScript lets go of it.
#include <node_api.h>

#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace mandelbrot {

struct Size {
  std::uint32_t width;
  std::uint32_t height;
};

// One line: its points, where they have got to, and how many steps that took.
class Line {
 public:
  Line(std::uint32_t row, Size size) : points_(size.width), steps_(size.width, 0) {
    for (std::uint32_t column = 0; column < size.width; column++) {
      points_[column] = {-2.25 + 3.0 * column / size.width, -1.25 + 2.5 * row / size.height};
    }
  }

  void Iterate(std::uint32_t limit) {
    std::vector<std::complex<double>> places(points_.size());
    for (std::size_t column = 0; column < points_.size(); column++) {
      while (steps_[column] < limit && std::norm(places[column]) <= 4.0) {
        places[column] = places[column] * places[column] + points_[column];
        steps_[column]++;
      }
    }
  }

  const std::vector<std::uint32_t>& steps() const { return steps_; }

 private:
  std::vector<std::complex<double>> points_;
  std::vector<std::uint32_t> steps_;
};

class Picture {
 public:
  // Not inlined: the example is about its frame.
  [[gnu::noinline]] static std::unique_ptr<Picture> Render(Size size, std::uint32_t limit) {
    auto picture = std::make_unique<Picture>();
    picture->shades_.resize(static_cast<std::size_t>(size.width) * size.height);
    for (std::uint32_t row = 0; row < size.height; row++) picture->RenderLine(row, size, limit);
    return picture;
  }

  double Mean() const {
    double sum = 0;
    for (const std::uint8_t shade : shades_) sum += shade;
    return shades_.empty() ? 0 : sum / static_cast<double>(shades_.size());
  }

 private:
  [[gnu::noinline]] void RenderLine(std::uint32_t row, Size size, std::uint32_t limit) {
    Line line(row, size);
    line.Iterate(limit);
    auto* shades = shades_.data() + static_cast<std::size_t>(row) * size.width;
    for (std::uint32_t column = 0; column < size.width; column++) {
      shades[column] = static_cast<std::uint8_t>(std::lround(255.0 * line.steps()[column] / limit));
    }
  }

  std::vector<std::uint8_t> shades_;
};

constexpr std::uint32_t kMostPixels = 1u << 14;

// render(width, height, limit): a picture, which lives as long as the object that stands for it
napi_value RenderPicture(napi_env env, napi_callback_info info) {
  std::size_t argc = 3;
  napi_value arguments[3];
  std::uint32_t numbers[3] = {};
  bool valid = napi_get_cb_info(env, info, &argc, arguments, nullptr, nullptr) == napi_ok && argc == 3;
  for (int index = 0; valid && index < 3; index++) {
    valid = napi_get_value_uint32(env, arguments[index], &numbers[index]) == napi_ok && numbers[index] > 0;
  }
  const auto [width, height, limit] = numbers;
  if (!valid || width > kMostPixels || height > kMostPixels) {
    napi_throw_type_error(env, nullptr, "render(width, height, limit): whole numbers from 1, sides up to 16384");
    return nullptr;
  }
  auto picture = Picture::Render({width, height}, limit);
  napi_value object;
  const auto finalize = [](napi_env, void* data, void*) { delete static_cast<Picture*>(data); };
  if (napi_create_external(env, picture.get(), finalize, nullptr, &object) != napi_ok) return nullptr;
  picture.release();
  return object;
}

// mean(picture): its mean shade, 0 to 255
napi_value MeanShade(napi_env env, napi_callback_info info) {
  std::size_t argc = 1;
  napi_value argument;
  napi_value result;
  void* picture = nullptr;
  if (napi_get_cb_info(env, info, &argc, &argument, nullptr, nullptr) != napi_ok || argc != 1 ||
      napi_get_value_external(env, argument, &picture) != napi_ok ||
      napi_create_double(env, static_cast<Picture*>(picture)->Mean(), &result) != napi_ok) {
    napi_throw_type_error(env, nullptr, "mean(picture)");
    return nullptr;
  }
  return result;
}

}  // namespace mandelbrot

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"render", nullptr, mandelbrot::RenderPicture, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"mean", nullptr, mandelbrot::MeanShade, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  if (napi_define_properties(env, exports, 2, functions) != napi_ok) return nullptr;
  return exports;
}
