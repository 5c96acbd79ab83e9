module example.com/monitor
