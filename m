{
  "containerimage.config.digest": "sha256:82fb81409a3a910eacc2ae7ee4d8a760d1aff9ae130fc1d6b309ccf1997a9191",
  "containerimage.digest": "sha256:0faf7b0dcd395668aedbf25e079ae68342a89735d00a9261dfcedf454f513240"
}
