System.Console.WriteLine("realtimehello");
