# slim
