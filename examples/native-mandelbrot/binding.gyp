{
  "targets": [
    {
      "target_name": "mandelbrot",
      "sources": ["mandelbrot.cc"],
      "cflags_cc": ["-std=gnu++20", "-O2", "-g", "-Wall", "-Wextra"]
    }
  ]
}
